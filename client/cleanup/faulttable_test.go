package cleanup

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// TestFaultTable is the table of faults that design §11 names: a test a row, against the simulated cloud and its fault
// script, from the plan to the end of a run with a journal. Rows that live elsewhere are found by the same name there: 22 in
// client/auth, 23 and 24 in client/wire, 28 in cmd/janitor. Some have a part elsewhere too: 20, 22, 29, 30.
func TestFaultTable(t *testing.T) {
	for _, row := range []struct {
		name string
		test func(*testing.T)
	}{
		{"01_subset_of_ids", faultSubset},
		{"02_contradictory_answer", faultContradiction},
		{"03_extra_id", faultExtra},
		{"04_not_found", faultNotFound},
		{"05_unknown_words", faultWords},
		{"06_answer_lost", faultLost},
		{"07_batch_refused", faultBatchRefused},
		{"08_batch_absent", faultBatchAbsent},
		{"09_throttled", faultThrottled},
		{"10_bad_answers", faultBadAnswers},
		{"11_unauthorised", faultUnauthorised},
		{"12_forbidden", faultForbidden},
		{"13_conflict", faultConflict},
		{"14_protected", faultProtected},
		{"15_prerequisites", faultPrerequisites},
		{"16_serial_gateway", faultGateway},
		{"17_changed_since", faultChanged},
		{"18_made_again", faultMadeAgain},
		{"19_killed", faultKilled},
		{"20_journal", faultJournal},
		{"21_names", faultNames},
		{"25_endless_lists", faultEndless},
		{"26_bodies", faultBodies},
		{"27_entries", faultEntries},
		{"29_connections", faultConnections},
		{"30_scope", faultScope},
	} {
		t.Run(row.name, row.test)
	}
}

const (
	poolBatch = "/v3/*/elb/pools/batch-delete"
	onePool   = "/v3/*/elb/pools/*"
	asJSON    = "application/json"
	oneByOne  = "/pools/batch-delete" // for [simcloud.Options.Lacks]
)

// bare is a dedicated pool that nothing uses and that holds nothing.
func bare(r inventory.Resource) bool {
	p, ok := r.Object.(*inventory.Pool)
	return ok && unused(r) && !p.Shared && p.Members.Len() == 0 && p.HealthMonitorID == ""
}

// fault is an account in which something goes wrong, and a plan for some of it.
type fault struct {
	*sim
	plan Plan
	ids  []string
}

type rulesFor = func(ids []string) []simcloud.Rule

func rules(all ...simcloud.Rule) rulesFor {
	return func([]string) []simcloud.Rule { return all }
}

// meet plans n bare pools of an account where rules hold, which may name the pools.
func meet(t *testing.T, o simcloud.Options, by way, n int, rules rulesFor) *fault {
	t.Helper()
	return meetThe(t, o, by, n, bare, rules)
}

// meetThe is meet for the pools that are wanted.
func meetThe(t *testing.T, o simcloud.Options, by way, n int, want func(inventory.Resource) bool, rules rulesFor) *fault {
	t.Helper()
	f := meetLater(t, o, by, n, want, rules)
	from := f.load(inventory.Pools)
	f.plan = f.sim.plan(pick(from, inventory.Pools, n, func(r inventory.Resource) bool { return slices.Contains(f.ids, r.Ref.ID) }), from)
	if len(f.plan.Items) != n {
		t.Fatalf("%d of %d pools can be planned: %+v", len(f.plan.Items), n, f.plan.LeftOut)
	}
	return f
}

// meetLater is meetThe with a plan from before the rules held.
func meetLater(t *testing.T, o simcloud.Options, by way, n int, want func(inventory.Resource) bool, rules rulesFor) *fault {
	t.Helper()
	if o.Size == simcloud.Small {
		o.Size = simcloud.Size(60 + 15*n)
	}
	// Both accounts are made at the same time, however long it takes; then time goes on.
	var made atomic.Bool
	if o.Now == nil {
		now := time.Now()
		o.Now = func() time.Time {
			if !made.Load() {
				return now
			}
			return now.Add(time.Since(now))
		}
	}
	// The objects come with the seed: those of an account without faults are the same.
	plain := simulateBy(t, o, way{pipes: by.pipes})
	from := plain.load(inventory.Pools)
	found := pick(from, inventory.Pools, n, want)
	if len(found) != n {
		t.Fatalf("%d such pools, want %d", len(found), n)
	}
	var ids []string
	for _, r := range found {
		ids = append(ids, r.Ref.ID)
	}
	if rules != nil {
		o.Script.Rules = rules(ids)
	}
	f := &fault{sim: simulateBy(t, o, by), ids: ids, plan: plain.plan(found, from)}
	made.Store(true)
	f.engine.journal = remember
	return f
}

// nudge is a path at which a script has another client do something: after the plan and before the run.
const nudge = "/nudge"

func nudged(hands ...simcloud.Hand) simcloud.Rule {
	return simcloud.Rule{Path: nudge, Do: simcloud.Act{Before: hands, Status: 404}}
}

func (f *fault) nudge(t *testing.T) {
	t.Helper()
	resp, err := f.http.Get(f.url + nudge)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// rewritten changes the objects in the lists of this name on their way to the client.
func rewritten(name string, edit func(object map[string]any)) func(*simcloud.Cloud) front {
	return rewrittenList(name, func(objects []any) []any {
		for _, o := range objects {
			edit(o.(map[string]any))
		}
		return objects
	})
}

func rewrittenList(name string, edit func(objects []any) []any) func(*simcloud.Cloud) front {
	return func(cloud *simcloud.Cloud) front {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !isList(r, name) {
				return false
			}
			in := httptest.NewRecorder()
			cloud.ServeHTTP(in, r)
			var body map[string]any
			if json.Unmarshal(in.Body.Bytes(), &body) == nil {
				if objects, ok := body[name].([]any); ok {
					body[name] = edit(objects)
				}
			}
			w.Header().Set("Content-Type", asJSON)
			w.WriteHeader(in.Code)
			json.NewEncoder(w).Encode(body)
			return true
		}
	}
}

// outcomes runs the plan and says how its items ended, in order: "deleted, failed". What is gone is gone from the
// server too and proved, and nothing but the planned pools was asked for.
func (f *fault) outcomes(t *testing.T) (string, []Result, *Run) {
	t.Helper()
	run := f.engine.Start(t.Context(), f.plan)
	results := finished(t, run)
	words := make([]string, len(results))
	for i, res := range results {
		words[i] = res.Outcome.String()
		there := f.cloud.Has(res.Ref.ID)
		unproved := res.Outcome == Deleted && !res.Proved && !run.Summary().Unauthorised // who may not read proves nothing
		if gone(res.Outcome) && there || unproved {
			t.Errorf("%s is %s, on the server: %v, proved: %v", res.Ref.ID, res.Outcome, there, res.Proved)
		}
	}
	for _, id := range f.asked("pools") {
		if !slices.Contains(f.ids, id) {
			t.Errorf("the server was asked to delete %s, which was not planned", id)
		}
	}
	return strings.Join(words, ", "), results, run
}

// sent are the deleting requests so far, as the number of ids in each: "3 1".
func (f *fault) sent(t *testing.T) string {
	t.Helper()
	var sizes []string
	for _, r := range f.cloud.Requests() {
		switch {
		case r.Method == http.MethodDelete:
			sizes = append(sizes, "1")
		case strings.HasSuffix(r.Path, "batch-delete"):
			var body any
			if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
				t.Fatal(err)
			}
			sizes = append(sizes, fmt.Sprint(len(leaves(body))))
		}
	}
	return strings.Join(sizes, " ")
}

// check runs the plan and compares outcomes and requests.
func (f *fault) check(t *testing.T, outcomes, sent string) []Result {
	t.Helper()
	got, results, _ := f.outcomes(t)
	if got != outcomes {
		t.Errorf("outcomes %s, want %s\n%+v", got, outcomes, results)
	}
	if got := f.sent(t); got != sent {
		t.Errorf("deleting requests of %s ids, want %s", got, sent)
	}
	neverTwice(t, f.cloud.Requests())
	return results
}

func says(t *testing.T, res Result, want ...string) {
	t.Helper()
	for _, text := range want {
		if !strings.Contains(res.Message, text) {
			t.Errorf("the message of %s is %q, want %q in it", res.Ref.ID, res.Message, text)
		}
	}
}

// Row 1: what an answer does not mention is looked up, never assumed.
func faultSubset(t *testing.T) {
	t.Helper()
	t.Run("gone", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 3, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Batch: &simcloud.Batch{Omit: 1}}}))
		results := f.check(t, "deleted, deleted, deleted", "3")
		says(t, results[0], "does not mention it; read back: gone")
		if results[0].RequestID == "" {
			t.Error("no request id")
		}
	})
	t.Run("still there", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 3, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Path: poolBatch, Do: simcloud.Act{
				Before: []simcloud.Hand{{Delete: ids[1]}, {Delete: ids[2]}},
				Status: 200, Body: batchAnswer(ids[1], "successful", ids[2], "successful"), ContentType: asJSON,
			}}}
		})
		results := f.check(t, "failed, deleted, deleted", "3")
		says(t, results[0], "does not mention it; read back: still there")
	})
	t.Run("nothing at all", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 2, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Batch: &simcloud.Batch{Omit: 50}}}))
		f.check(t, "deleted, deleted", "2")
	})
}

// batchAnswer is what S0 answers, of pairs of id and status.
func batchAnswer(pairs ...string) string {
	var said []map[string]string
	for pair := range slices.Chunk(pairs, 2) {
		said = append(said, map[string]string{"id": pair[0], "ret_status": pair[1]})
	}
	text, _ := json.Marshal(map[string]any{"pools": said, "request_id": "0a1b"}) // texts only
	return string(text)
}

// Row 2: an answer that contradicts itself is not believed about any of its items.
func faultContradiction(t *testing.T) {
	t.Helper()
	t.Run("one of them", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 3, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Batch: &simcloud.Batch{Contradict: 1}}}))
		for _, res := range f.check(t, "deleted, deleted, deleted", "3") {
			says(t, res, "the answer contradicts itself", "read back: gone")
		}
	})
	t.Run("the example of S0", func(t *testing.T) { // one id twice, the other not at all
		f := meet(t, simcloud.Options{}, way{}, 2, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Path: poolBatch, Do: simcloud.Act{
				Before: []simcloud.Hand{{Delete: ids[0]}},
				Status: 200, Body: batchAnswer(ids[0], "successful", ids[0], "not found"), ContentType: asJSON,
			}}}
		})
		f.check(t, "deleted, failed", "2")
	})
	t.Run("twice the same", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 2, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Batch: &simcloud.Batch{Duplicate: 2}}}))
		for _, res := range f.check(t, "deleted, deleted", "2") {
			if res.Message != "" {
				t.Errorf("%q", res.Message)
			}
		}
	})
}

// Row 3: an answer about what was not asked for stops the run.
func faultExtra(t *testing.T) {
	t.Helper()
	const stranger = "99999999-0000-4000-8000-000000000001"
	f := meet(t, simcloud.Options{}, way{}, 60, rules(simcloud.Rule{Path: poolBatch, Nth: 1, Do: simcloud.Act{Batch: &simcloud.Batch{Extra: []string{stranger}}}}))
	f.engine = oneAtOnce(NewEngine(f.deleter, f.loader, Options{Journal: remember}))
	_, results, run := f.outcomes(t)
	s := run.Summary()
	if !s.Safety || s.Unauthorised || !strings.Contains(s.Stopped, stranger) || run.Resumable() || s.OK() {
		t.Errorf("%+v", s)
	}
	if got := f.sent(t); got != "50" {
		t.Errorf("requests of %s", got)
	}
	if s.Counts[Deleted] != 50 || s.Counts[Cancelled] != 10 { // read back: the answer is not believed
		t.Error(s)
	}
	says(t, results[0], "speaks of", "read back: gone")
	says(t, results[59], "safety stop")
	if l := replayed(t, f.plan, run.record.journal.(*memoryJournal).disk.bytes()); !l.stop.Safety || !l.Finished {
		t.Errorf("the journal says %+v", l.stop)
	}
}

// Row 4: not found is no error; it is our own doing when an earlier request may have worked.
func faultNotFound(t *testing.T) {
	t.Helper()
	before := []simcloud.Hand{{Delete: simcloud.Asked}}
	t.Run("at once", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Before: before}}))
		f.check(t, "already gone", "1")
	})
	t.Run("at once, one by one", func(t *testing.T) {
		f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, way{}, 1, rules(simcloud.Rule{Method: "DELETE", Path: onePool, Do: simcloud.Act{Before: before}}))
		f.check(t, "already gone", "1 1")
	})
	t.Run("after a try", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, rules(
			simcloud.Rule{Path: poolBatch, Nth: 1, Do: simcloud.Act{Status: 502}},
			simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Before: before}},
		))
		f.check(t, "deleted", "1 1")
	})
}

// Row 5: words in another case are the same words; unknown ones are looked up and kept as they came.
func faultWords(t *testing.T) {
	t.Helper()
	for word, kept := range map[string]bool{"Successful": false, "SUCCESSFUL": false, "postponed": true, "null": false} {
		t.Run(word, func(t *testing.T) {
			f := meet(t, simcloud.Options{}, way{}, 2, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Batch: &simcloud.Batch{RetStatus: word}}}))
			for _, res := range f.check(t, "deleted, deleted", "2") {
				if kept {
					says(t, res, word, "read back: gone")
				}
			}
		})
	}
	t.Run("and it is there", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Path: poolBatch, Do: simcloud.Act{Status: 200, Body: batchAnswer(ids[0], "postponed"), ContentType: asJSON}}}
		})
		says(t, f.check(t, "failed", "1")[0], "postponed", "still there")
	})
	t.Run("an unknown code", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, func(ids []string) []simcloud.Rule {
			body := fmt.Sprintf(`{"pools":[{"id":%q,"ret_status":"refused","ret_code":"ELB.7777"}]}`, ids[0])
			return []simcloud.Rule{{Path: poolBatch, Do: simcloud.Act{Status: 200, Body: body, ContentType: asJSON}}}
		})
		if res := f.check(t, "failed", "1")[0]; res.Code != "ELB.7777" || !strings.Contains(res.Message, "refused") {
			t.Errorf("%+v", res)
		}
	})
	t.Run("that says deleted and is not", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Path: poolBatch, Do: simcloud.Act{Status: 200, Body: batchAnswer(ids[0], "successful"), ContentType: asJSON}}}
		})
		f.check(t, "reappeared", "1")
	})
}

// Row 6: an answer that is lost is read back; only what is still there is sent again.
func faultLost(t *testing.T) {
	t.Helper()
	for name, c := range map[string]struct {
		act  func(ids []string) simcloud.Act
		sent string
	}{
		"applied":              {func([]string) simcloud.Act { return simcloud.Act{Cut: simcloud.After} }, "3"},
		"not applied":          {func([]string) simcloud.Act { return simcloud.Act{Cut: simcloud.Before} }, "3 3"},
		"half of an answer":    {func([]string) simcloud.Act { return simcloud.Act{Truncate: 20} }, "3"},
		"applied, bad gateway": {func([]string) simcloud.Act { return simcloud.Act{Status: 504, Applied: true} }, "3"},
		"applied to one only": {func(ids []string) simcloud.Act {
			return simcloud.Act{Before: []simcloud.Hand{{Delete: ids[1]}}, Cut: simcloud.Before}
		}, "3 2"},
		"an answer without end": {func([]string) simcloud.Act { return simcloud.Act{Hold: 59 * time.Minute} }, "3"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				by := way{pipes: true}
				f := meet(t, simcloud.Options{}, by, 3, func(ids []string) []simcloud.Rule {
					return []simcloud.Rule{{Path: poolBatch, Nth: 1, Do: c.act(ids)}}
				})
				f.check(t, "deleted, deleted, deleted", c.sent)
				v2 := 0 // times that its list was read since the last deletion
				for _, r := range f.cloud.Requests() {
					switch {
					case r.Method == http.MethodPost:
						v2 = 0
					case r.Path == "/v2.0/lbaas/pools":
						v2++
					}
				}
				if v2 != 1 {
					t.Errorf("of pools that v3 has made the v2.0 list was read %d times, want once, to prove the run", v2)
				}
			})
		})
	}
	for name, c := range map[string]struct {
		lacks        []string
		method, path string
	}{
		"came into use":             {nil, "POST", poolBatch},
		"came into use, one by one": {[]string{oneByOne}, "DELETE", onePool},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				by := way{pipes: true}
				f := meet(t, simcloud.Options{Lacks: c.lacks}, by, 2, func(ids []string) []simcloud.Rule {
					return []simcloud.Rule{{Method: c.method, Path: c.path, Mentions: ids[1], Do: simcloud.Act{
						Before: []simcloud.Hand{{Use: ids[1]}}, Cut: simcloud.After,
					}}}
				})
				f.engine = oneAtOnce(NewEngine(f.deleter, f.loader, Options{Journal: remember}))
				got, results, run := f.outcomes(t)
				if got != "deleted, blocked" || !results[1].Proved || !f.cloud.Has(f.ids[1]) {
					t.Errorf("%s: %+v", got, results)
				}
				says(t, results[1], "now in use by listener by-another-client")
				requests := run.Requests(1)
				if last := requests[len(requests)-1]; len(requests) != 1+len(c.lacks) || !last.Doubt || last.Found != IsThere {
					t.Errorf("what a list shows in use was sent again: %+v", requests)
				}
			})
		})
	}
	t.Run("came into use, and went", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := meet(t, simcloud.Options{}, way{pipes: true}, 2, func(ids []string) []simcloud.Rule {
				const planned, checked = 1, 1
				return []simcloud.Rule{
					{Path: poolBatch, Nth: 1, Do: simcloud.Act{Before: []simcloud.Hand{{Use: ids[1]}}, Cut: simcloud.Before}},
					{Method: "GET", Path: "/v3/*/elb/pools", Nth: planned + checked + 1, Do: simcloud.Act{After: []simcloud.Hand{{Delete: ids[1]}}}},
				}
			})
			results := f.check(t, "deleted, deleted", "2 1")
			says(t, results[1], "now in use by listener", "the closing list no longer has it")
			if !results[1].Proved {
				t.Errorf("%+v", results[1])
			}
		})
	})
	t.Run("one by one", func(t *testing.T) {
		f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, way{}, 2, rules(simcloud.Rule{Method: "DELETE", Path: onePool, Do: simcloud.Act{Cut: simcloud.After}}))
		f.check(t, "deleted, deleted", "2 1 1")
	})
}

// Row 7: a batch that is refused as a whole is halved, and the size that works is remembered; one bad item is found.
func faultBatchRefused(t *testing.T) {
	t.Helper()
	t.Run("not allowed", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 3, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{
			Status: 400, Code: "ELB.8902", Message: "Batch operations are not allowed",
		}}))
		f.check(t, "deleted, deleted, deleted", "3 1 1 1")
	})
	for name, act := range map[string]simcloud.Act{
		"too many": {Status: 400, Code: "ELB.9899", Message: "too many pools"},
		"413":      {Status: 413, Body: "<html>too large</html>", ContentType: "text/html"},
	} {
		t.Run(name, func(t *testing.T) {
			f := meet(t, simcloud.Options{}, way{}, 60, rules(simcloud.Rule{Path: poolBatch, MoreThan: 30, Do: act}))
			f.engine = oneAtOnce(NewEngine(f.deleter, f.loader, Options{Journal: remember}))
			if _, _, run := f.outcomes(t); !run.Summary().OK() {
				t.Error(run.Summary())
			}
			refused, most := 0, 0
			for _, r := range f.cloud.Requests() {
				if strings.HasSuffix(r.Path, "batch-delete") {
					if r.Status >= 400 {
						refused++
					} else {
						most = max(most, strings.Count(r.Body, ",")+1)
					}
				}
			}
			if refused != 1 || most > 30 || most < 20 {
				t.Errorf("%d batches were refused, the largest that was taken had %d", refused, most)
			}
		})
	}
	// Nothing says that a batch is done whole or not at all (api.md 2.11).
	t.Run("after some of it", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 4, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Path: poolBatch, Nth: 1, Do: simcloud.Act{
				Before: []simcloud.Hand{{Delete: ids[0]}, {Delete: ids[1]}}, Status: 409, Code: "ELB.8907", Message: "one of the pools is being used",
			}}}
		})
		results := f.check(t, "deleted, deleted, deleted, deleted", "4 1 1")
		says(t, results[0], "one of the pools is being used; read back: gone")
	})
	t.Run("one bad item", func(t *testing.T) {
		f := meet(t, simcloud.Options{Size: 300}, way{}, 8, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Mentions: ids[5], Path: "/v3/*/elb/pools/**", Do: simcloud.Act{Status: 400, Code: "ELB.9899", Message: "this one is odd"}}}
		})
		got, results, _ := f.outcomes(t)
		if want := "deleted, deleted, deleted, deleted, deleted, failed, deleted, deleted"; got != want {
			t.Error(got)
		}
		says(t, results[5], "this one is odd")
	})
}

// Row 8: where the batch call is not published the single one takes over, for all runs to come.
func faultBatchAbsent(t *testing.T) {
	t.Helper()
	for name, c := range map[string]struct {
		o   simcloud.Options
		act *simcloud.Act
	}{
		"404": {o: simcloud.Options{Lacks: []string{oneByOne}}},
		"405": {act: &simcloud.Act{Status: 405, Body: "<html>405 Not Allowed</html>", ContentType: "text/html"}},
		"501": {act: &simcloud.Act{Status: 501}},
	} {
		t.Run(name, func(t *testing.T) {
			var r rulesFor
			if c.act != nil {
				r = rules(simcloud.Rule{Path: poolBatch, Do: *c.act})
			}
			f := meet(t, c.o, way{}, 3, r)
			first, second := f.plan.only(func(i int) bool { return i < 2 }), f.plan.only(func(i int) bool { return i == 2 })
			f.plan = first
			f.check(t, "deleted, deleted", "2 1 1")
			f.plan = second
			f.check(t, "deleted", "2 1 1 1")
		})
	}
}
