package cleanup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"janitor/client"
	"janitor/client/auth"
	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/simcloud"
)

// fullDisk has room for so many bytes. What has no room is torn within its last line.
type fullDisk struct {
	*os.File
	left *atomic.Int64
}

func (d fullDisk) Write(p []byte) (int, error) {
	if d.left.Add(-int64(len(p))) < 0 {
		n, _ := d.File.Write(p[:max(len(p)-3, 0)])
		return n, &os.PathError{Op: "write", Path: d.Name(), Err: syscall.ENOSPC}
	}
	return d.File.Write(p)
}

// Row 20: without a journal nothing is sent; what is torn is cut off, what was edited is refused.
func faultJournal(t *testing.T) {
	t.Helper()
	t.Run("disk full", func(t *testing.T) {
		f := meet(t, simcloud.Options{Size: 600, Lacks: []string{oneByOne}}, way{}, 12, nil)
		h := NewHistory(t.TempDir(), "1")
		var left atomic.Int64
		left.Store(24_000)
		h.disk = func(file *os.File) journal.Disk { return fullDisk{file, &left} }
		f.engine.journal, f.engine.atOnce = h.Journal(f.at()), 1
		_, _, run := f.outcomes(t)
		s := run.Summary()
		if !errors.Is(run.Unrecorded(), syscall.ENOSPC) || !run.Resumable() || !strings.HasPrefix(s.Stopped, "the journal cannot be written: ") {
			t.Errorf("%v, resumable %v, stopped %q", run.Unrecorded(), run.Resumable(), s.Stopped)
		}
		if s.Counts[Deleted] == 0 || s.Counts[Cancelled] == 0 || s.Counts[Unknown] > 0 || s.Counts[Deleted]+s.Counts[Cancelled] != 12 {
			t.Error(s)
		}
		left.Store(1 << 30)
		all, err := h.All()
		if err != nil || len(all) != 1 || all[0].State() != "unfinished" || all[0].Ledger.Torn() == 0 {
			t.Fatalf("%+v, %v", all[0], err)
		}
		sent := 0
		for _, e := range all[0].Ledger.Items {
			sent += e.Sent
		}
		if sent < s.Counts[Deleted] {
			t.Errorf("%d were deleted, %d have an intent", s.Counts[Deleted], sent)
		}
		j, err := h.Resume(all[0])
		if err != nil {
			t.Fatal(err)
		}
		again := f.engine.Resume(t.Context(), all[0].Ledger, j)
		finished(t, again)
		if s := again.Summary(); s.Counts[Deleted] != 12 || again.Resumable() {
			t.Error(s)
		}
		neverTwice(t, f.cloud.Requests())
	})
	t.Run("no room for the beginning", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, nil)
		h := NewHistory(t.TempDir(), "1")
		var left atomic.Int64
		h.disk = func(file *os.File) journal.Disk { return fullDisk{file, &left} }
		f.engine.journal = h.Journal(f.at())
		_, results, run := f.outcomes(t)
		if results[0].Outcome != Cancelled || !errors.Is(run.Unrecorded(), syscall.ENOSPC) || f.sent(t) != "" {
			t.Errorf("%+v, %v", results, run.Unrecorded())
		}
		if all, err := h.All(); len(all) != 0 || err != nil {
			t.Errorf("a folder is left of a run that did not begin: %v, %v", all, err)
		}
	})
	t.Run("not writable", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, nil)
		file := filepath.Join(t.TempDir(), "a file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		f.engine.journal = NewHistory(file, "1").Journal(f.at())
		before := len(f.cloud.Requests())
		_, results, run := f.outcomes(t)
		if results[0].Outcome != Cancelled || run.Unrecorded() == nil || len(f.cloud.Requests()) != before {
			t.Errorf("%+v, %v", results, run.Unrecorded())
		}
		if why := run.Unrecorded().Error(); !strings.HasPrefix(why, "the journal cannot be written: "+file) || strings.Contains(why, "\n") {
			t.Errorf("%q", why)
		}
	})
	for name, c := range map[string]struct {
		spoil func(data []byte) []byte
		says  string // "" : it is resumed
	}{
		"torn":              {func(data []byte) []byte { return append(data, `{"n":9,"at":"20`...) }, ""},
		"an outcome edited": {func(data []byte) []byte { return bytes.Replace(data, []byte(`"items":2`), []byte(`"items":3`), 1) }, "it was changed"},
		"a line put in":     {func(data []byte) []byte { return append(data, data...) }, "lines were taken out, put in or moved"},
		"empty":             {func([]byte) []byte { return nil }, ""},
		"something else":    {func([]byte) []byte { return []byte("\x7fELF\n") }, "not a line of a journal"},
	} {
		t.Run(name, func(t *testing.T) {
			f := meet(t, simcloud.Options{}, way{}, 2, nil)
			h := NewHistory(t.TempDir(), "1")
			j, err := h.Journal(f.at())(f.plan)
			if err != nil || j.Close() != nil {
				t.Fatal(err)
			}
			past := h.only(t)
			path := filepath.Join(past.dir, journalName)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.spoil(data), 0o600); err != nil {
				t.Fatal(err)
			}
			past = h.only(t)
			switch {
			case name == "empty":
				if past.State() != "not begun" || past.Ledger != nil {
					t.Errorf("%s: %v", past.State(), past.Err)
				}
			case c.says != "":
				if past.State() != "damaged" || !strings.Contains(past.Err.Error(), c.says) || past.Ledger != nil {
					t.Errorf("%s: %v", past.State(), past.Err)
				}
			default:
				j, err := h.Resume(past)
				if err != nil {
					t.Fatal(err)
				}
				for _, res := range finished(t, f.engine.Resume(t.Context(), past.Ledger, j)) {
					if res.Outcome != Deleted || !res.Proved {
						t.Errorf("%+v", res)
					}
				}
				if past = h.only(t); past.State() != "finished" || past.Ledger.Torn() != 0 {
					t.Errorf("%s: %v", past.State(), past.Err)
				}
			}
		})
	}
}

func (h *History) only(t *testing.T) *Past {
	t.Helper()
	all, err := h.All()
	if err != nil || len(all) != 1 {
		t.Fatalf("%d runs, %v", len(all), err)
	}
	return all[0]
}

// Row 21: whatever a name holds, nothing that acts on a terminal gets into plan, events, results or journal.
func faultNames(t *testing.T) {
	t.Helper()
	for name, bad := range map[string]string{
		"ESC":    "a\x1b[2Jb\x1b]0;title\x07c",
		"OSC 52": "a\x1b]52;c;cm0gLXJmIC8=\x1b\\b",
		"C1":     "a\u009b31mb\u0085c",
		"CR":     "a\r\ndeleted\b\bb",
		"bidi":   "a\u202egpj.exe\u2066b",
		"ZWJ":    "a\u200db\u200bc\ufeffd",
		"long":   strings.Repeat("x\x1b", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			it := ""
			f := meetLater(t, simcloud.Options{}, way{around: rewritten("pools", func(p map[string]any) {
				if p["id"] == it {
					p["name"], p["description"] = bad, bad
				}
			})}, 1, bare, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Status: 409, Code: "ELB.8907\x1b", Message: "is in use by " + bad}}))
			it = f.ids[0]
			from := f.load(inventory.Pools)
			f.plan = f.sim.plan(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return r.Ref.ID == it }), from)
			file, err := f.plan.Encode()
			if err != nil {
				t.Fatal(err)
			}
			run := f.engine.Start(t.Context(), f.plan)
			run.Wait()
			var all []string
			for ev := range eventsOf(run) {
				all = append(all, ev.Note, ev.Result.Message, ev.Result.Code, ev.Result.RequestID)
			}
			all = append(all, f.plan.Items[0].Resource.Label(), run.Summary().String())
			lines, _, err := journal.Read(run.record.journal.(*memoryJournal).disk.bytes())
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range append([]json.RawMessage{file}, shownBodies(t, lines)...) {
				var body any
				if err := json.Unmarshal(text, &body); err != nil {
					t.Fatal(err)
				}
				all = append(all, leaves(body)...)
			}
			seen := false
			for _, text := range all {
				seen = seen || strings.Contains(text, client.Clean(bad)[:1])
				for _, r := range text {
					if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
						t.Fatalf("%U in %.80q", r, text)
					}
				}
			}
			if res := run.Results()[0]; res.Outcome != Blocked || !seen {
				t.Errorf("%+v", res)
			}
		})
	}
}

// shownBodies are the lines that people are shown something of. What it takes to make an item again is kept byte by byte,
// and escaped: nothing in it acts on a terminal.
func shownBodies(t *testing.T, lines []journal.Line) []json.RawMessage {
	t.Helper()
	var bodies []json.RawMessage
	for _, l := range lines {
		if l.Type != lineWhole {
			bodies = append(bodies, l.Body)
			continue
		}
		for _, b := range l.Body {
			if b < ' ' || b > '~' {
				t.Fatalf("%#x in a line of what is kept", b)
			}
		}
	}
	return bodies
}

// Row 25: a list that does not end where it should is not complete, and then nothing is unused.
func faultEndless(t *testing.T) {
	t.Helper()
	for _, page := range []simcloud.Paging{simcloud.Repeat, simcloud.Cycle, simcloud.Hollow} {
		for list, large := range map[string]simcloud.Size{"pools": 2_100, "listeners": 7_000, "l7policies": 8_000} {
			t.Run(string(page)+" "+list, func(t *testing.T) {
				size := simcloud.Small
				if page == simcloud.Repeat { // what has one page has none that comes again: a page has up to 2000
					size = large
				}
				f := meetLater(t, simcloud.Options{Size: size}, way{}, 1, bare, rules(simcloud.Rule{Method: "GET", Path: "/v3/*/elb/" + list, Do: simcloud.Act{Page: page}}))
				for _, r := range f.load(inventory.Pools).Listing(inventory.Pools).Resources.All() {
					if r.Verdict.State == inventory.Unused {
						t.Errorf("%s is unused", r.Label())
						break
					}
				}
				says(t, f.check(t, "failed", "")[0], "not sent", "could not be read again")
			})
		}
	}
	for _, page := range []simcloud.Paging{simcloud.Larger, simcloud.Overlap} {
		t.Run(string(page), func(t *testing.T) {
			f := meet(t, simcloud.Options{Size: 500}, way{}, 2, rules(simcloud.Rule{Method: "GET", Path: "/v3/**", Do: simcloud.Act{Page: page}}))
			seen := map[string]bool{}
			for _, r := range f.load(inventory.Pools).Listing(inventory.Pools).Resources.All() {
				if seen[r.Ref.ID] {
					t.Errorf("%s is there twice", r.Ref.ID)
				}
				seen[r.Ref.ID] = true
			}
			f.check(t, "deleted, deleted", "2")
		})
	}
	t.Run("channels", func(t *testing.T) {
		f := meet(t, simcloud.Options{Size: 100}, way{}, 1, nil)
		plan := f.members(t, 1)
		g := meetLater(t, simcloud.Options{Size: 100}, way{}, 1, bare, rules(simcloud.Rule{Method: "GET", Path: "/v2/**/members", Do: simcloud.Act{Page: simcloud.Hollow}}))
		g.plan = plan
		says(t, g.check(t, "failed", "")[0], "not sent")
	})
}

// Row 26: bodies have a size, a depth and a time limit; what goes beyond is no answer.
func faultBodies(t *testing.T) {
	t.Helper()
	for name, act := range map[string]simcloud.Act{
		"huge":       {Huge: 65 << 20},
		"slow":       {Dribble: &simcloud.Dribble{Piece: 1, Every: 10 * time.Second}},
		"deep":       {Status: 200, Body: `{"pools":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`, ContentType: asJSON, Applied: true},
		"huge error": {Status: 500, Body: strings.Repeat("x", 2<<20), Applied: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				by := way{pipes: true}
				f := meet(t, simcloud.Options{}, by, 1, rules(simcloud.Rule{Path: poolBatch, Do: act}))
				for _, res := range f.check(t, "deleted", "1") {
					says(t, res, "read back: gone")
					if len(res.Message) > 2_000 {
						t.Errorf("a message of %d bytes", len(res.Message))
					}
				}
			})
		})
	}
	for name, act := range map[string]simcloud.Act{
		"a bomb of one": {GzipBomb: 80 << 20},
		"a slow list":   {Dribble: &simcloud.Dribble{Piece: 1, Every: 10 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				by := way{pipes: true}
				f := meetLater(t, simcloud.Options{}, by, 1, bare, rules(simcloud.Rule{Method: "GET", Path: "/v3/*/elb/listeners", Do: act}))
				says(t, f.check(t, "failed", "")[0], "not sent", "listeners (recycle bin too) could not be listed")
			})
		})
	}
	t.Run("a name of 10 MB", func(t *testing.T) {
		it := ""
		f := meetLater(t, simcloud.Options{}, way{around: rewritten("pools", func(p map[string]any) {
			if p["id"] == it {
				p["name"] = strings.Repeat("n", 10<<20)
			}
		})}, 2, bare, nil)
		it = f.ids[0]
		results := f.check(t, "skipped, deleted", "1")
		if len(results[0].Message) > 64<<10 {
			t.Errorf("a message of %d bytes", len(results[0].Message))
		}
	})
}

// Row 27: entries are told by their address however it is spelt, and by the group that is left; a group that would be
// empty decides who gets in.
func faultEntries(t *testing.T) {
	t.Helper()
	spellings := []string{"2001:db8::1", "2001:db8:0:0:0:0:0:2", "192.0.2.0/24", "198.51.100.7", "10.0.0.1-10.0.0.9"}
	given := func(group string) simcloud.Rule { return nudged(simcloud.Hand{Replace: group, With: spellings}) }
	begin := func(t *testing.T, more func(group string) []simcloud.Rule) *fault {
		t.Helper()
		group, _ := meet(t, simcloud.Options{}, way{}, 1, nil).entries(t, 3)
		f := meet(t, simcloud.Options{}, way{}, 1, func([]string) []simcloud.Rule { return append(more(group), given(group)) })
		f.nudge(t)
		_, f.plan = f.entries(t, 3)
		if len(f.plan.Items) != len(spellings) {
			t.Fatalf("%d entries", len(f.plan.Items))
		}
		return f
	}
	const entryBatch = "/**/iplist/batch-delete"
	ended := func(t *testing.T, f *fault, want Outcome, sent string) []Result {
		t.Helper()
		results := finished(t, f.engine.Start(t.Context(), f.plan))
		for _, res := range results {
			if res.Outcome != want {
				t.Errorf("%+v, want %s", res, want)
			}
		}
		if got := f.sent(t); got != sent {
			t.Errorf("requests of %s, want %s", got, sent)
		}
		return results
	}
	t.Run("spellings", func(t *testing.T) {
		ended(t, begin(t, func(string) []simcloud.Rule { return nil }), Deleted, "5")
	})
	t.Run("answer lost", func(t *testing.T) {
		f := begin(t, func(string) []simcloud.Rule {
			return []simcloud.Rule{{Path: entryBatch, Do: simcloud.Act{Cut: simcloud.After}}}
		})
		says(t, ended(t, f, Deleted, "5")[0], "read back: gone")
	})
	t.Run("request lost", func(t *testing.T) {
		f := begin(t, func(string) []simcloud.Rule {
			return []simcloud.Rule{{Path: entryBatch, Nth: 1, Do: simcloud.Act{Cut: simcloud.Before}}}
		})
		ended(t, f, Deleted, "5 5")
	})
	t.Run("request lost, and the group came into use", func(t *testing.T) {
		f := begin(t, func(group string) []simcloud.Rule {
			return []simcloud.Rule{{Path: entryBatch, Nth: 1, Do: simcloud.Act{Before: []simcloud.Hand{{Use: group}}, Cut: simcloud.Before}}}
		})
		says(t, ended(t, f, Blocked, "5")[0], "now in use by listener by-another-client")
	})
	t.Run("still in the answer", func(t *testing.T) { // in another spelling, as the service keeps it
		f := begin(t, func(group string) []simcloud.Rule {
			body := fmt.Sprintf(`{"ipgroup":{"id":%q,"name":"g","ip_list":[{"ip":"2001:0DB8:0::0001"},{"ip":"2001:db8::2"},{"ip":"192.0.2.0/24"},{"ip":"198.51.100.7"},{"ip":"10.0.0.1-10.0.0.9"}],"listeners":[]}}`, group)
			return []simcloud.Rule{{Path: entryBatch, Do: simcloud.Act{Status: 200, Body: body, ContentType: asJSON}}}
		})
		says(t, ended(t, f, Failed, "5")[0], "still in the group", "read back: still there")
	})
	t.Run("kept in another spelling", func(t *testing.T) {
		f := begin(t, func(group string) []simcloud.Rule {
			others := []string{"2001:DB8:0::0001", "2001:db8::2", "192.0.2.0/24", "198.51.100.7/32", "10.0.0.1-10.0.0.9"}
			return []simcloud.Rule{{Path: entryBatch, Do: simcloud.Act{After: []simcloud.Hand{{Replace: group, With: others}}}}}
		})
		for _, res := range ended(t, f, Reappeared, "5") {
			if ip := res.Ref.ID; ip != "192.0.2.0/24" && ip != "10.0.0.1-10.0.0.9" {
				says(t, res, "made again as ")
			}
		}
	})
	t.Run("the answer of another group", func(t *testing.T) {
		f := begin(t, func(string) []simcloud.Rule {
			return []simcloud.Rule{{Path: entryBatch, Do: simcloud.Act{Status: 200, Body: `{"ipgroup":{"id":"other","ip_list":[]}}`, ContentType: asJSON, Applied: true}}}
		})
		_, results, run := f.outcomes(t)
		if s := run.Summary(); !s.Safety || !strings.Contains(s.Stopped, `"other"`) || s.Counts[Deleted] != len(results) {
			t.Errorf("%+v", s)
		}
		says(t, results[0], `speaks of "other", which was not asked for; read back: gone`)
	})
	t.Run("last of a group in use", func(t *testing.T) {
		for kind, words := range map[string]string{"white": "nobody", "black": "everybody"} {
			f := meet(t, simcloud.Options{Size: 200}, way{around: rewritten("listeners", func(l map[string]any) {
				if a, ok := l["ipgroup"].(map[string]any); ok {
					a["type"], a["enable_ipgroup"] = kind, true
				}
			})}, 1, nil)
			var (
				plan Plan
				text string
			)
			for _, g := range f.load(inventory.IPGroups).Listing(inventory.IPGroups).Resources.All() {
				if g.Verdict.State != inventory.InUse {
					continue
				}
				from := inventory.Last(f.loader.Open(t.Context(), inventory.Entries, []inventory.Resource{g}))
				if all := from.Listing(inventory.Entries).Resources.All(); len(all) > 0 && len(all) < 30 {
					plan, text = f.sim.plan(all, from), ""
				}
				for _, c := range plan.Consequences {
					text += c.Text + "\n"
				}
				if strings.Contains(text, words) { // a listener has no other group
					break
				}
			}
			if plan.Grade != inventory.Danger || !plan.Typed() || !strings.Contains(text, words) {
				t.Errorf("%s: %s, typed %v: %s", kind, plan.Grade, plan.Typed(), text)
			}
		}
	})
}

// Row 29: a connection that cannot be had or does not speak is an answer that is lost: what never left is sent again,
// what may have been applied is read back.
func faultConnections(t *testing.T) {
	t.Helper()
	t.Run("names that do not resolve for a while", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			var broken atomic.Int64
			by.carry = signedThrough(func(base http.RoundTripper) {
				tr := base.(*http.Transport)
				dial := tr.DialContext
				tr.DisableKeepAlives = true
				tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					if broken.Add(-1) >= 0 {
						return nil, &net.DNSError{Err: "no such host", Name: "elb.eu-de.example.com", IsNotFound: true}
					}
					return dial(ctx, network, addr)
				}
			})
			f := meet(t, simcloud.Options{}, by, 2, nil)
			broken.Store(2)
			f.check(t, "deleted, deleted", "2")
			broken.Store(1 << 30)
			run := f.engine.Start(t.Context(), f.plan)
			for _, res := range finished(t, run) {
				if res.Outcome != Cancelled || !strings.Contains(res.Message, "not sent: the service cannot be reached") || !run.Resumable() {
					t.Errorf("%+v", res)
				}
			}
		})
	})
	t.Run("half open", func(t *testing.T) { // no end of the connection tells that nobody is there
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			var once atomic.Bool
			by.around = func(cloud *simcloud.Cloud) front {
				return func(_ http.ResponseWriter, r *http.Request) bool {
					if !strings.HasSuffix(r.URL.Path, "/pools/batch-delete") || once.Swap(true) {
						return false
					}
					io.Copy(io.Discard, r.Body) // only then the server looks whether anybody is there
					<-r.Context().Done()
					return true
				}
			}
			f := meet(t, simcloud.Options{}, by, 2, nil)
			f.check(t, "deleted, deleted", "2")
		})
	})
	t.Run("reset while it is sent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, by, 4, rules(simcloud.Rule{Method: "DELETE", Path: onePool, Every: 2, Do: simcloud.Act{Cut: simcloud.Before}}))
			got, results, _ := f.outcomes(t)
			if got != "deleted, deleted, deleted, deleted" {
				t.Error(results)
			}
			neverTwice(t, f.cloud.Requests())
		})
	})
}

// signedThrough signs, and changes what requests are sent through.
func signedThrough(change func(base http.RoundTripper)) func(simcloud.Account, auth.Hosts, string, http.RoundTripper) http.RoundTripper {
	return func(a simcloud.Account, hosts auth.Hosts, _ string, base http.RoundTripper) http.RoundTripper {
		change(base)
		return auth.Signer{AccessKey: a.AccessKey, SecretKey: a.SecretKey, ProjectID: a.ProjectID, Hosts: hosts}.Transport(base)
	}
}

// Row 30: credentials of another project see nothing, and who sees a part only calls nothing unused. That a login is for
// another project than the profile's is refused in client/profile.
func faultScope(t *testing.T) {
	t.Helper()
	t.Run("credentials of another project", func(t *testing.T) {
		by := way{carry: func(a simcloud.Account, hosts auth.Hosts, _ string, base http.RoundTripper) http.RoundTripper {
			return auth.Signer{AccessKey: a.AccessKey, SecretKey: a.SecretKey, ProjectID: strings.Repeat("0", 32), Hosts: hosts}.Transport(base)
		}}
		f := meetLater(t, simcloud.Options{}, by, 1, bare, nil)
		says(t, f.check(t, "failed", "")[0], "not sent")
		if n := f.load(inventory.Pools).Listing(inventory.Pools).Resources.Len(); n != 0 {
			t.Errorf("%d pools", n)
		}
	})
	t.Run("a part of the listeners", func(t *testing.T) { // of the enterprise projects that the credentials may see
		var hidden atomic.Bool
		around := func(cloud *simcloud.Cloud) front {
			some := rewrittenList("listeners", func(all []any) []any { return all[:0] })(cloud)
			return func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case !hidden.Load() || r.Method != http.MethodGet:
				case strings.Contains(r.URL.Path, "/elb/listeners/"):
					w.WriteHeader(http.StatusForbidden)
					fmt.Fprint(w, `{"error_code":"ELB.9802","error_msg":"Policy doesn't allow elb:listeners:get to be performed."}`)
					return true
				case strings.HasSuffix(r.URL.Path, "/elb/listeners"):
					return some(w, r)
				}
				return false
			}
		}
		f := meet(t, simcloud.Options{}, way{around: around}, 1, nil)
		hidden.Store(true)
		for _, r := range f.load(inventory.Pools).Listing(inventory.Pools).Resources.All() {
			if dedicated(r) && r.Verdict.State == inventory.Unused {
				t.Errorf("%s is unused, and not all listeners can be seen", r.Label())
			}
		}
		says(t, f.check(t, "failed", "")[0], "not sent", "could not be read again", "listener")
	})
}
