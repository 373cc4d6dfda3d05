package cleanup

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/simcloud"
)

// memory is a disk that can be looked at, and can fail.
type memory struct {
	mu     sync.Mutex
	data   []byte
	synced int
	fail   func(written int) error // asked before each write
}

func (m *memory) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(len(m.data)); err != nil {
			m.data = append(m.data, p[:len(p)/2]...)
			return len(p) / 2, err
		}
	}
	m.data = append(m.data, p...)
	return len(p), nil
}

func (m *memory) Sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.synced = len(m.data)
	return nil
}

func (m *memory) Close() error { return nil }

func (m *memory) bytes() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return bytes.Clone(m.data)
}

// memoryJournal is a journal as a History makes it, less the folder.
type memoryJournal struct {
	*journal.Writer
	disk *memory
}

func remember(p Plan) (Journal, error) { return rememberOn(p, &memory{}) }

func rememberOn(p Plan, disk *memory) (Journal, error) {
	file, err := p.Encode()
	if err != nil {
		return nil, err
	}
	j := &memoryJournal{journal.NewWriter(disk, journal.Tail{}), disk}
	return j, j.Append(lineHeader, Header{Format: journalFormat, Run: "r", Plan: Digest(file), Items: len(p.Items), Started: time.Now()})
}

// replayed is what the journal of a run says of it.
func replayed(tb testing.TB, p Plan, data []byte) *Ledger {
	tb.Helper()
	file, err := p.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	again, err := decodePlan(file)
	if err != nil {
		tb.Fatalf("the plan cannot be read again: %v", err)
	}
	l, err := replay(again, Digest(file), bytes.NewReader(data))
	if err != nil {
		tb.Fatalf("the journal is refused: %v\n%s", err, data)
	}
	return l
}

// audited checks the journal of a run against its results.
func audited(tb testing.TB, r *Run) {
	tb.Helper()
	j, ok := r.record.journal.(*memoryJournal)
	if !ok || r.Unrecorded() != nil && !bytes.ContainsRune(j.disk.bytes(), '\n') {
		return
	}
	l := replayed(tb, r.plan, j.disk.bytes())
	if l.Finished == r.Resumable() {
		tb.Errorf("the journal says finished: %v, the run is resumable: %v", l.Finished, r.Resumable())
	}
	for i, res := range r.Results() {
		if got, want := told(l.Requests(i)), told(r.Requests(i)); r.Unrecorded() == nil && !slices.Equal(got, want) {
			tb.Errorf("item %d: requests of the journal\n%s\nof the run\n%s", i, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		got := l.Items[i].Result
		if got.Outcome == Pending && r.Resumable() && (res.Outcome == Cancelled || l.Items[i].Unread) {
			continue
		}
		if r.Unrecorded() != nil { // what came after the last line is missing
			if got.Outcome == Pending {
				continue
			}
			got.Proved, got.Message = res.Proved, res.Message
		}
		if got != res {
			tb.Errorf("item %d: the journal says %+v, the run %+v", i, got, res)
		}
	}
}

func TestAPlanIsTheSameAfterReading(t *testing.T) {
	w := newWorld(t).with("a", "b").withBox("box", "c")
	w.add(inventory.Resource{
		Ref: inventory.Ref{Scope: "p/r/\"x\"", Kind: things, ID: "<d>"}, Name: "böse\u2028", Created: client.At(time.Date(2020, 1, 2, 3, 4, 5, 6000, time.UTC)), Updated: client.At(time.Date(2021, 1, 2, 3, 4, 5, 0, time.UTC)),
		Verdict: inventory.Verdict{State: inventory.Unused, Reasons: []inventory.Reason{{Text: "no listener", Via: "v", By: "b"}}, Signs: []string{"empty"}, Partial: true},
	})
	w.withJar("j", jar{holds: servers(3), users: []string{"policy /images"}})
	w.judge("a", state(inventory.InUse, "listener x"))
	p := w.planWith(Choice{Detach: true}, things, crumbs, jars)
	p.Consequences = append(p.Consequences, inventory.Consequence{
		Of: []inventory.Ref{p.Items[0].Resource.Ref}, Text: "text", Grade: inventory.Care, Name: "n", Key: "k",
		Much: []*big.Int{big.NewInt(3), nil, new(big.Int).Lsh(big.NewInt(1), 128)},
	})
	p.Grade = worst(p.Consequences)
	if len(p.LeftOut) == 0 || len(p.Items) < 4 {
		t.Fatalf("a poor example: %+v", p)
	}
	file, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodePlan(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Items {
		p.Items[i].Resource.Object = nil // is kept in the journal, as it is when it goes
	}
	if diff := cmp.Diff(p, got, cmp.AllowUnexported(Plan{}, Item{}, keepsake{}), cmp.Comparer(func(a, b *big.Int) bool {
		return a == b || a != nil && b != nil && a.Cmp(b) == 0
	})); diff != "" {
		t.Error(diff)
	}
	again, err := got.Encode()
	if err != nil || !bytes.Equal(again, file) {
		t.Errorf("other bytes, %v", err)
	}
}

func TestPlansAreReadStrictly(t *testing.T) {
	p := newWorld(t).with("a", "b").plan(things)
	file, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ from, to, want string }{
		"unknown key":   {`"detach"`, `"attach"`, "unknown field"},
		"unknown word":  {`"unused"`, `"useless"`, `"useless"`},
		"another one":   {`"format": 1`, `"format": 2`, "format is 2"},
		"twice":         {`"id": "b"`, `"id": "a"`, "twice"},
		"no id":         {`"id": "b"`, `"id": ""`, "no id"},
		"not all of it": {"}\n", "} {}", "follows"},
	} {
		t.Run(name, func(t *testing.T) {
			at := bytes.LastIndex(file, []byte(test.from))
			bad := string(file[:at]) + test.to + string(file[at+len(test.from):])
			if _, err := decodePlan([]byte(bad)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

// story writes a journal by hand, of a plan of things a and b.
type story struct {
	kind string
	body any
}

func tell(tb testing.TB, p Plan, lines ...story) []byte {
	tb.Helper()
	disk := &memory{}
	w := journal.NewWriter(disk, journal.Tail{})
	file, err := p.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	for _, s := range append([]story{{lineHeader, Header{Format: journalFormat, Run: "r", Plan: Digest(file), Items: len(p.Items)}}}, lines...) {
		if err := w.Append(s.kind, s.body); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return disk.bytes()
}

func TestTheLedgerRefusesWhatNoRunCanHaveWritten(t *testing.T) {
	p := newWorld(t).with("a", "b").plan(things)
	keep := story{lineObject, kept{0, []byte(`{"id":"a"}`)}}
	send := func(n int) story {
		return story{lineIntent, intent{Request: n, Call: "single", Items: []int{0}, IDs: []string{"a"}}}
	}
	lost := story{lineAnswer, answer{Request: 1, Error: &failure{Message: "EOF"}, Doubt: []int{0}}}
	ok := story{lineAnswer, answer{Request: 1, Said: []said{{ID: "a", Said: "deleted"}}}}
	deleted := story{lineOutcome, ended{Item: 0, Outcome: "deleted"}}
	skipped := story{lineOutcome, ended{Item: 1, Outcome: "skipped"}}
	end := story{lineEnd, summing{}}
	for name, test := range map[string]struct {
		want  string // "" = it is fine
		lines []story
	}{
		"a whole run":               {"", []story{keep, send(1), ok, deleted, skipped, {lineProof, ended{Item: 0, Outcome: "deleted", Proved: true}}, end}},
		"read back, then again":     {"", []story{keep, send(1), lost, {lineRead, sight{There: []int{0}}}, send(2)}},
		"broken off, read, again":   {"", []story{keep, send(1), {lineResume, resumed{}}, {lineRead, sight{There: []int{0}}}, send(2)}},
		"refused, then again":       {"", []story{keep, send(1), {lineAnswer, answer{Request: 1, Error: &failure{Status: 429}}}, send(2)}},
		"verified twice":            {"", []story{keep, send(1), ok, deleted, skipped, end, {lineVerify, resumed{}}, {lineFound, Found{Is: IsGone}}, {lineVerify, resumed{}}}},
		"found in part":             {"", []story{keep, send(1), ok, deleted, skipped, end, {lineVerify, resumed{}}, {lineFound, Found{Is: IsGone}}, {lineFound, Found{Is: IsThere}}}},
		"again without reading":     {"line 5: a second request about item 0", []story{keep, send(1), lost, send(2)}},
		"broken off, not read":      {"line 5: a second request about item 0", []story{keep, send(1), {lineResume, resumed{}}, send(2)}},
		"not readable, then again":  {"line 6: a second request about item 0", []story{keep, send(1), lost, {lineRead, sight{Unknown: []int{0}}}, send(2)}},
		"not kept":                  {"line 2: a request about item 0 before it was kept", []story{send(1)}},
		"after its outcome":         {"line 6: a request about item 0, which has its outcome", []story{keep, send(1), ok, deleted, send(2)}},
		"two outcomes":              {"line 6: a second outcome for item 0", []story{keep, send(1), ok, deleted, deleted}},
		"deleted by nobody":         {"line 2: item 0 is deleted, and nothing was sent", []story{deleted}},
		"ends without an outcome":   {"item 1 has no outcome", []story{keep, send(1), ok, deleted, end}},
		"proved before its outcome": {"proved and has no outcome", []story{{lineProof, ended{Item: 1, Outcome: "already gone", Proved: true}}}},
		"no such item":              {"no item 2", []story{{lineOutcome, ended{Item: 2, Outcome: "skipped"}}}},
		"another item":              {`item 0 is "a" in the plan, not "b"`, []story{keep, {lineIntent, intent{Request: 1, Items: []int{0}, IDs: []string{"b"}}}}},
		"a step for two":            {"a step for 2 items", []story{keep, {lineObject, kept{1, []byte(`{"id":"b"}`)}}, {lineIntent, intent{Request: 1, Items: []int{0, 1}, IDs: []string{"a", "b"}, Step: &taken{}}}}},
		"an answer to nothing":      {"an answer to request 1", []story{ok}},
		"two answers":               {"an answer to request 1", []story{keep, send(1), ok, ok}},
		"an answer about others":    {"which is not in it", []story{keep, send(1), {lineAnswer, answer{Request: 1, Doubt: []int{1}}}}},
		"a request left out":        {"request 2 after 0", []story{keep, send(2)}},
		"after the end":             {"after the end", []story{keep, send(1), ok, deleted, skipped, end, keep}},
		"two headers":               {"line 2: a journal begins", []story{{lineHeader, Header{}}}},
		"unknown type":              {`unknown type "undo"`, []story{{"undo", struct{}{}}}},
		"unknown key":               {"unknown field", []story{{lineOutcome, map[string]any{"item": 0, "fate": "deleted"}}}},
		"unknown outcome":           {`unknown word "eaten"`, []story{{lineOutcome, ended{Item: 0, Outcome: "eaten"}}}},
		"verified before the end":   {"verified before its end", []story{{lineVerify, resumed{}}}},
		"nothing in it":             {"request 1 after 0", []story{{lineIntent, intent{Request: 1}}}},
		"fewer ids than items":      {"request 1 after 0", []story{keep, {lineIntent, intent{Request: 1, Items: []int{0, 1}, IDs: []string{"a"}}}}},
		"twice in it":               {"item 0 twice in one request", []story{keep, {lineIntent, intent{Request: 1, Items: []int{0, 0}, IDs: []string{"a", "a"}}}}},
		"a step that brings back":   {"a step before a deletion that brings back", []story{keep, {lineIntent, intent{Request: 1, Items: []int{0}, IDs: []string{"a"}, Makes: true, Step: &taken{}}}}},
		"it brings back":            {"brings back in another run", []story{keep, {lineIntent, intent{Request: 1, Items: []int{0}, IDs: []string{"a"}, Makes: true}}}},
		"it makes something":        {"made in a run that deletes", []story{{lineMade, made{Parts: map[string]string{"": "x"}}}}},
		"restored":                  {"no outcome of such a run", []story{keep, send(1), ok, {lineOutcome, ended{Outcome: "restored"}}}},
		"pending":                   {"item 0 ends pending", []story{{lineOutcome, ended{Outcome: "pending"}}}},
		"proved with its outcome":   {"item 1 is proved before the proof", []story{{lineOutcome, ended{Item: 1, Outcome: "already gone", Proved: true}}}},
		"keeps no such item":        {"no item 2", []story{{lineObject, kept{2, []byte(`{}`)}}}},
		"asks for no such item":     {"no item 2", []story{{lineIntent, intent{Request: 1, Items: []int{2}, IDs: []string{"a"}}}}},
		"reads no such item":        {"no item -1", []story{{lineRead, sight{Gone: []int{-1}}}}},
		"found, and nobody looked":  {"nobody looked for", []story{keep, send(1), ok, deleted, skipped, end, {lineFound, Found{Is: IsGone}}}},
		"found no such item":        {"no item 2", []story{keep, send(1), ok, deleted, skipped, end, {lineVerify, resumed{}}, {lineFound, Found{Item: 2, Is: IsGone}}}},
		"found somehow":             {`unknown word "eaten"`, []story{keep, send(1), ok, deleted, skipped, end, {lineVerify, resumed{}}, {lineFound, Found{Is: "eaten"}}}},
		"gone and brought back":     {"brought back by", []story{keep, send(1), ok, deleted, skipped, end, {lineVerify, resumed{}}, {lineFound, Found{Is: IsGone, Back: "20260101T000000Z-000000"}}}},
		"brought back by nobody":    {`brought back by "me"`, []story{keep, send(1), ok, deleted, skipped, end, {lineVerify, resumed{}}, {lineFound, Found{Is: IsThere, Back: "me"}}}},
	} {
		t.Run(name, func(t *testing.T) { refuses(t, p, test.want, test.lines) })
	}
}

// refuses wants the journal of these lines to be damaged in this way, "" for not at all.
func refuses(t *testing.T, p Plan, want string, lines []story) {
	t.Helper()
	_, err := replay(p, digestOf(t, p), bytes.NewReader(tell(t, p, lines...)))
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%v, want %q", err, want)
	}
	var damage *journal.Damage
	if err != nil && !errors.As(err, &damage) {
		t.Errorf("%v is no damage", err)
	}
}

func TestTheLedgerRefusesWhatNoUndoCanHaveWritten(t *testing.T) {
	p := newWorld(t).with("a", "b").plan(things)
	p.Undoes = "20260101T000000Z-000000"
	whole := story{lineWhole, keptWhole{Item: 0, Back: []byte(`{}`)}}
	send := story{lineIntent, intent{Request: 1, Call: "x", Items: []int{0}, IDs: []string{"a"}, Makes: true}}
	ok := story{lineAnswer, answer{Request: 1, Said: []said{{ID: "a", Said: "deleted", New: "n"}}}}
	for name, test := range map[string]struct {
		want  string // "" = it is fine
		lines []story
	}{
		"a whole item":        {"", []story{whole, send, ok, {lineOutcome, ended{Outcome: "restored", NewID: "n"}}}},
		"made by another":     {"", []story{whole, {lineMade, made{Parts: map[string]string{"": "n"}, By: "20260101T000000Z-000001"}}}},
		"not kept":            {"line 2: a request about item 0 before it was kept", []story{send}},
		"kept twice":          {"item 0 is kept twice", []story{whole, whole}},
		"keeps no such item":  {"no item 2", []story{{lineWhole, keptWhole{Item: 2}}}},
		"it deletes":          {"a request that deletes in an undo", []story{whole, {lineIntent, intent{Request: 1, Items: []int{0}, IDs: []string{"a"}}}}},
		"deleted":             {"no outcome of such a run", []story{whole, send, ok, {lineOutcome, ended{Outcome: "deleted"}}}},
		"restored by nobody":  {"nothing was sent for that", []story{whole, {lineOutcome, ended{Outcome: "restored"}}}},
		"made by nobody":      {"a part of item 0 is made, and nothing was sent for it", []story{whole, {lineMade, made{Parts: map[string]string{"": "n"}}}}},
		"makes no such item":  {"no item 2", []story{{lineMade, made{Item: 2}}}},
		"not read, then anew": {"a second request about item 0", []story{whole, send, {lineResume, resumed{}}, {lineIntent, intent{Request: 2, Items: []int{0}, IDs: []string{"a"}, Makes: true}}}},
	} {
		t.Run(name, func(t *testing.T) { refuses(t, p, test.want, test.lines) })
	}
}

// A field that this janitor does not know may say what it must not overlook.
func TestEveryLineIsReadStrictly(t *testing.T) {
	w := newWorld(t).with("a", "b")
	done := []story{{lineOutcome, ended{Item: 0, Outcome: "skipped"}}, {lineOutcome, ended{Item: 1, Outcome: "skipped"}}, {lineEnd, summing{}}, {lineVerify, resumed{}}}
	for kind, before := range map[string][]story{
		lineResume: nil, lineObject: nil, lineWhole: nil, lineMade: nil, lineIntent: nil, lineAnswer: nil, lineRead: nil, lineOutcome: nil,
		lineProof: nil, lineNote: nil, lineEnd: done[:2], lineVerify: done[:3], lineFound: done,
	} {
		t.Run(kind, func(t *testing.T) {
			refuses(t, w.plan(things), `unknown field "more"`, append(slices.Clip(before), story{kind, map[string]any{"more": 1}}))
		})
	}
}

// What a verify that was broken off has found is no answer to whether all is still gone.
func TestVerifiedInPartIsNotVerified(t *testing.T) {
	p := newWorld(t).with("a", "b").plan(things)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	lines := []story{{lineOutcome, ended{Item: 0, Outcome: "already gone"}}, {lineOutcome, ended{Item: 1, Outcome: "already gone"}}, {lineEnd, summing{}}}
	for _, is := range []Presence{IsGone, IsThere} {
		lines = append(lines, story{lineVerify, resumed{Started: at}}, story{lineFound, Found{Item: 0, Is: is}}, story{lineFound, Found{Item: 1, Is: is}})
	}
	l := replayed(t, p, tell(t, p, lines[:len(lines)-1]...))
	if l.Verified != at || l.Items[0].Found != IsGone || l.Items[1].Found != IsGone {
		t.Errorf("%v, %+v", l.Verified, l.Items)
	}
	if l = replayed(t, p, tell(t, p, lines[:5]...)); !l.Verified.IsZero() || l.Items[0].Found != "" {
		t.Errorf("%v, %+v", l.Verified, l.Items)
	}
}

func TestForeignJournalsAreRefused(t *testing.T) {
	p := newWorld(t).with("a", "b").plan(things)
	other := newWorld(t).with("a", "c").plan(things)
	file, _ := other.Encode()
	_, err := replay(other, Digest(file), bytes.NewReader(tell(t, p)))
	if err == nil || !strings.Contains(err.Error(), "another plan") {
		t.Error(err)
	}
	for want, h := range map[string]Header{
		"its format is 2, this janitor reads format 1": {Format: 2, Plan: digestOf(t, p), Items: 2},
		"it is about 3 items, the plan has 2":          {Format: journalFormat, Plan: digestOf(t, p), Items: 3},
	} {
		disk := &memory{}
		j := journal.NewWriter(disk, journal.Tail{})
		if err := errors.Join(j.Append(lineHeader, h), j.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := replay(p, digestOf(t, p), bytes.NewReader(disk.bytes())); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Wherever a journal ends, it is read as far as it goes: its whole lines count, the rest never was.
func TestAJournalMayEndAnywhere(t *testing.T) {
	w := newWorld(t).with("a", "b", "c").withBox("box", "d")
	w.withJar("j", jar{demands: true, holds: servers(2)})
	p := w.plan(things, crumbs, jars)
	run := w.engine(2).Start(t.Context(), p)
	finished(t, run)
	data := run.record.journal.(*memoryJournal).disk.bytes()
	file, _ := p.Encode()
	first := bytes.IndexByte(data, '\n')
	for n := range data {
		if inside := n > 0 && data[n-1] != '\n' && data[n] != '\n'; inside && n%7 > 0 { // one in seven of those within a line
			continue
		}
		l, err := replay(p, Digest(file), bytes.NewReader(data[:n]))
		if n <= first {
			if err == nil {
				t.Fatalf("%d bytes, not even a header, and it is read", n)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if whole := bytes.LastIndexByte(data[:n], '\n') + 1; l.Torn() != int64(n-whole) || l.Finished {
			t.Fatalf("%d bytes: torn %d, want %d; finished %v", n, l.Torn(), n-whole, l.Finished)
		}
	}
}

func FuzzReplay(f *testing.F) {
	w := newWorld(f).with("a", "b").withBox("box", "d")
	p := w.plan(things, crumbs)
	run := w.engine(2).Start(f.Context(), p)
	run.Wait()
	whole := run.record.journal.(*memoryJournal).disk.bytes()
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	file, _ := p.Encode()
	digest := Digest(file)
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := replay(p, digest, bytes.NewReader(data))
		if (l == nil) == (err == nil) {
			t.Errorf("%v, %v", l, err)
		}
	})
}

// The chain makes random bytes die early: here the lines are made, each a type and a body, and the hashes are right.
func FuzzLedger(f *testing.F) {
	plan := newWorld(f).with("a", "b").plan(things)
	undo := plan
	undo.Undoes = "20260101T000000Z-000000"
	digests := map[bool]string{false: digestOf(f, plan), true: digestOf(f, undo)}
	for _, lines := range []string{
		`intent {"request":1,"call":"x","items":[0],"ids":["a"]}
answer {"request":1,"doubt":[0]}
read {"there":[0],"unknown":[1]}
outcome {"item":1,"outcome":"skipped"}
proof {"item":-1,"outcome":""}`,
		// a step for two, of which one is read back and sent again
		`object {"item":1,"object":{}}
intent {"request":1,"call":"x","items":[0,1],"ids":["a","b"],"step":{"what":"w","which":"","id":"1","call":"c"}}
read {"there":[0]}
intent {"request":2,"call":"x","items":[0],"ids":["a"],"step":{"what":"w","which":"","id":"2","call":"c"}}
answer {"request":2}
answer {"request":1}`,
		`intent {"request":1,"call":"x","items":[0],"ids":["a"]}
answer {"request":1,"said":[{"id":"a","said":"deleted"},{"id":"stranger","said":"deleted"}]}
note {"text":"t","stop":true,"final":true}
outcome {"item":0,"outcome":"deleted"}
outcome {"item":1,"outcome":"cancelled"}
end {"summary":"","ended":"2026-01-01T00:00:00Z"}
verify {"who":{"user":"","host":"","pid":0},"version":"","started":"2026-01-01T00:00:00Z"}
found {"item":0,"is":"gone"}
found {"item":1,"is":"there"}`,
		`whole {"item":0,"back":{}}
made {"item":0,"parts":{"":"x"},"by":"y"}
intent {"request":1,"call":"x","items":[0],"ids":["a"],"makes":true,"twins":["z"]}
resume {"who":{"user":"","host":"","pid":0},"version":"","started":"2026-01-01T00:00:00Z"}
read {"gone":[0]}
made {"item":0,"parts":{"server 1":"x"}}
outcome {"item":0,"outcome":"restored","new_id":"x"}`,
		`whole {"item":0,"back":{}}
intent {"request":1,"call":"x","items":[0],"ids":["a"],"makes":true,"step":{"what":"w","which":"","id":"1","call":"c"}}
answer {"request":1}`,
	} {
		f.Add(false, lines)
		f.Add(true, lines)
	}
	f.Fuzz(func(t *testing.T, undoes bool, lines string) {
		p, digest := plan, digests[undoes]
		if undoes {
			p = undo
		}
		disk := &memory{}
		w := journal.NewWriter(disk, journal.Tail{})
		w.Append(lineHeader, Header{Format: journalFormat, Run: "r", Plan: digest, Items: 2})
		w.Append(lineObject, kept{0, []byte(`{}`)})
		for line := range strings.Lines(lines) {
			kind, body, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			w.Append(kind, rawBody(body))
		}
		w.Close()
		l, err := replay(p, digest, bytes.NewReader(disk.bytes()))
		if (l == nil) == (err == nil) {
			t.Errorf("%v, %v", l, err)
		}
		if l == nil {
			return
		}
		if open := len(l.Open()); l.Finished && open > 0 || l.Counts().Counts[Pending] != open {
			t.Errorf("finished %v with %d items open: %s", l.Finished, open, l.Counts())
		}
		for i := range l.Items {
			l.Requests(i)
		}
	})
}

type rawBody string

func (b rawBody) MarshalJSON() ([]byte, error) { return []byte(b), nil }

func TestNothingLeavesBeforeItsIntentIsOnDisk(t *testing.T) {
	w := newWorld(t)
	for i := range 120 {
		w.with(fmt.Sprint("t", i))
	}
	w.withBox("box", "c1", "c2")
	w.withJar("j", jar{demands: true, holds: servers(3)})
	p := w.plan(things, crumbs, jars)
	disk := &memory{}
	e := w.engine(4)
	e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
	check := func(ids ...string) {
		disk.mu.Lock()
		defer disk.mu.Unlock()
		lines, _, err := journal.Read(disk.data[:disk.synced])
		if err != nil {
			t.Error(err)
		}
		for _, id := range ids {
			found := false
			for _, l := range lines {
				found = found || l.Type == lineIntent && bytes.Contains(l.Body, []byte(`"`+id+`"`))
			}
			if !found {
				t.Errorf("%s was sent, and its intent is not on disk", id)
			}
		}
	}
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		check(ids...)
		return w.deleteAll(call, ids)
	}
	w.stepping = func(jar, text string) error {
		check(jar)
		return nil
	}
	finished(t, e.Start(t.Context(), p))
}

func TestAJournalThatCannotBeWrittenStopsTheRun(t *testing.T) {
	full := errors.New("no space left on device")
	for limit := 0; limit < 12_000; limit += 400 {
		w := newWorld(t)
		for i := range 8 {
			w.with(fmt.Sprint("t", i))
		}
		w.withBox("box", "c1", "c2", "c3")
		w.withJar("j", jar{demands: true, holds: servers(3)})
		p := w.plan(things, crumbs, jars)
		disk := &memory{fail: func(written int) error {
			if written >= limit {
				return full
			}
			return nil
		}}
		e := w.engine(1 + limit%3)
		e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
		run := e.Start(t.Context(), p)
		results := finished(t, run)
		if run.Unrecorded() == nil {
			continue // it fitted
		}
		if !errors.Is(run.Unrecorded(), full) {
			t.Errorf("at %d: %v", limit, run.Unrecorded())
		}
		l, err := replay(p, digestOf(t, p), bytes.NewReader(disk.bytes()))
		if err != nil {
			if len(w.sent) > 0 || len(w.steps) > 0 {
				t.Errorf("at %d: something was sent, and the journal cannot be read: %v", limit, err)
			}
			continue
		}
		sent := 0
		for i, res := range results {
			sent += l.Items[i].Sent
			if res.Outcome == Unknown {
				t.Errorf("at %d: item %d is in doubt", limit, i)
			}
			if res.Outcome == Cancelled && w.has(res.Ref) != true {
				t.Errorf("at %d: %s ends cancelled and is gone", limit, res.Ref.ID)
			}
		}
		if summary := run.Summary(); !strings.Contains(summary.Stopped, full.Error()) {
			t.Errorf("at %d: %s", limit, summary)
		}
	}
}

func digestOf(tb testing.TB, p Plan) string {
	tb.Helper()
	file, err := p.Encode()
	if err != nil {
		tb.Fatal(err)
	}
	return Digest(file)
}

func TestARunWithoutItsJournalSendsNothing(t *testing.T) {
	w := newWorld(t).with("a", "b")
	e := w.engine(2)
	e.journal = func(Plan) (Journal, error) { return nil, errors.New("the journal cannot be written: /x: read-only") }
	run := e.Start(t.Context(), w.plan(things))
	got := outcomesOf(finished(t, run))
	if want := map[string]Outcome{"a": Cancelled, "b": Cancelled}; !reflect.DeepEqual(got, want) || len(w.sent) > 0 || w.lists > 0 {
		t.Errorf("%v; sent %v, %d lists", got, w.sent, w.lists)
	}
	if s := run.Summary().String(); !strings.Contains(s, "the journal cannot be written: /x: read-only") {
		t.Error(s)
	}
}

// While the service is at work, what is sent next is written down already: what is planned while it lists, what is known only
// since then while it works through the first batch.
func TestObjectsAreWrittenWhileTheServiceIsAtWork(t *testing.T) {
	const n = 130
	objects := func(disk *memory) int { return bytes.Count(disk.bytes(), []byte(`"type":"object"`)) }
	for name, test := range map[string]struct {
		path    string // of the request that takes until all is written
		forgets bool   // the plan has no objects, as in a file
	}{
		"listing":  {path: "/elb/pools"},
		"deleting": {path: "/pools/batch-delete", forgets: true},
	} {
		t.Run(name, func(t *testing.T) {
			var runs, ahead atomic.Int64
			disk := &memory{}
			var once sync.Once
			s := simulate(t, simcloud.Options{Size: simcloud.Empty}, func(_ http.ResponseWriter, r *http.Request) bool {
				if runs.Load() > 0 && strings.HasSuffix(r.URL.Path, test.path) {
					once.Do(func() {
						for end := time.Now().Add(10 * time.Second); ahead.Load() < n && time.Now().Before(end); time.Sleep(time.Millisecond) {
							ahead.Store(int64(objects(disk)))
						}
					})
				}
				return false
			})
			for i := range n {
				s.cloud.AddPool(fmt.Sprintf("11111111-1111-1111-1111-%012d", i), fmt.Sprint("pool-", i))
			}
			from := s.load(inventory.Pools)
			p := s.plan(from.Listing(inventory.Pools).Resources.All(), from)
			for i := range p.Items {
				if test.forgets {
					p.Items[i].Resource.Object = nil
				}
			}
			s.engine = oneAtOnce(NewEngine(s.deleter, s.loader, Options{Journal: func(p Plan) (Journal, error) {
				runs.Add(1)
				return rememberOn(p, disk)
			}}))
			if summary, _ := s.run(p); summary.Counts[Deleted] != n {
				t.Error(summary)
			}
			if got := ahead.Load(); got != n {
				t.Errorf("%d of %d objects were written before the answer", got, n)
			}
			if all := objects(disk); all != n {
				t.Errorf("%d objects were written in the end, want each once", all)
			}
		})
	}
}

// An entry is not written again because of what others have changed beside it.
func TestAnObjectIsWrittenOnceWhateverChangesAroundIt(t *testing.T) {
	var p Plan
	disk := &memory{}
	objects := func() int { return bytes.Count(disk.bytes(), []byte(`"type":"object"`)) }
	var running atomic.Bool
	s := simulate(t, simcloud.Options{}, func(_ http.ResponseWriter, r *http.Request) bool {
		if running.Load() && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/elb/ipgroups/") {
			for end := time.Now().Add(10 * time.Second); objects() < len(p.Items) && time.Now().Before(end); time.Sleep(time.Millisecond) {
			}
		}
		return false
	})
	group, p := s.entries(t, 3)
	s.post("/v3/P/elb/ipgroups/"+group+"/iplist/create-or-update", map[string]any{
		"ipgroup": map[string]any{"ip_list": []any{map[string]any{"ip": "203.0.113.77", "description": ""}}},
	})
	s.engine = NewEngine(s.deleter, s.loader, Options{Journal: func(p Plan) (Journal, error) { return rememberOn(p, disk) }})
	running.Store(true)
	if summary, results := s.run(p); summary.Counts[Deleted] != len(p.Items) {
		t.Error(results)
	}
	if got := objects(); got != len(p.Items) {
		t.Errorf("%d objects were written of %d entries", got, len(p.Items))
	}
}

// writing is an object that calls a function when it is made into JSON.
type writing func()

func (during writing) MarshalJSON() ([]byte, error) {
	during()
	return []byte(`"old"`), nil
}

// What is looked at again while its object is written ahead is written again as it is when it is sent.
func TestAnObjectThatIsSeenAgainWhileItIsWritten(t *testing.T) {
	w := newWorld(t).with("a")
	p := w.plan(things)
	disk := &memory{}
	j, err := rememberOn(p, disk)
	if err != nil {
		t.Fatal(err)
	}
	run := newRun(w.engine(1), p)
	as := func(object any) *view {
		v := newView()
		res := p.Items[0].Resource
		res.Object = object
		v.found[res.Ref] = res
		return v
	}
	again := sync.OnceFunc(func() { run.prepare(0, as("new"), nil) })
	run.record.journal = j
	run.prepare(0, as(writing(again)), nil)
	for range 3 { // ahead, with the intent, and with that of another try
		if err := run.keep(0); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	var objects []string
	lines, _, err := journal.Read(disk.bytes())
	for _, l := range lines {
		if l.Type == lineObject {
			objects = append(objects, string(l.Body))
		}
	}
	if want := []string{`{"item":0,"object":"old"}`, `{"item":0,"object":"new"}`}; err != nil || !slices.Equal(objects, want) {
		t.Errorf("%v, %v", objects, err)
	}
}
