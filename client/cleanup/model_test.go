package cleanup

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/simcloud"
)

var modelRuns = flag.Int("runs", 0, "of TestModel: how many; 0 = as many as a few seconds allow")

// TestModel lets random plans of all kinds meet random fault scripts in random accounts, and has them cancelled, interrupted,
// aborted and killed anywhere. Whatever happens, what design §10 says must never happen does not: see model.judge.
func TestModel(t *testing.T) {
	runs := *modelRuns
	if runs == 0 {
		runs = 50
	}
	base := *seed
	if base == 0 {
		base = uint64(time.Now().UnixNano())
	} else {
		runs = 1
	}
	for n := range runs {
		seed := base + uint64(n)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &model{t: t, random: rand.New(rand.NewPCG(seed, 7)), chance: rand.New(rand.NewPCG(seed, 8))}
				defer func() {
					if t.Failed() {
						t.Logf("again with -run TestModel -seed %d", seed)
						t.Log(m.story())
					}
				}()
				m.play()
			})
		})
	}
}

// model is one account with its trouble, and what is known of the runs in it.
type model struct {
	t      *testing.T
	random *rand.Rand
	chance *rand.Rand // of who kills: another goroutine
	s      *sim
	script simcloud.Script
	plan   Plan
	disk   *memory
	before map[inventory.Ref]bool

	mu      sync.Mutex
	stopAt  int // the changing request at which stop is called, from 1; 0 = never
	changes int
	stop    func()
	// What is left of a journal when its program is killed; nil: it is not. Nothing gets through any more then.
	remains []byte
}

func (m *model) one(n int) bool { return m.random.IntN(n) == 0 }

func oneOf[T any](m *model, of ...T) T { return of[m.random.IntN(len(of))] }

func (m *model) story() string {
	text, _ := json.Marshal(m.script)
	var b strings.Builder
	fmt.Fprintf(&b, "script %s\n", text)
	for _, it := range m.plan.Items {
		fmt.Fprintf(&b, "item %s %s %s\n", it.Resource.Ref.Kind, it.Resource.Ref.Parent, it.Resource.Ref.ID)
	}
	for _, r := range m.s.cloud.Requests() {
		fmt.Fprintf(&b, "%s %s?%s %s %d\n", r.Method, r.Path, r.RawQuery, r.Body, r.Status)
	}
	b.Write(m.disk.bytes())
	return b.String()
}

func (m *model) play() {
	o := simcloud.Options{
		Seed: m.random.Uint64N(40), Size: simcloud.Size(15 + m.random.IntN(30)), KeepMembers: m.one(2),
		Latency: time.Duration(m.random.IntN(3)) * 5 * time.Millisecond,
	}
	for _, call := range []string{"/pools/batch-delete", "/certificates/batch-delete"} {
		if m.one(3) {
			o.Lacks = append(o.Lacks, call)
		}
	}
	plain := o
	plain.Latency = 0
	twin := simulateBy(m.t, plain, way{pipes: true})
	found := everythingIn(m.t, twin.loader)
	m.before = refSet(found)
	m.plan = m.anyPlan(twin)
	if len(m.plan.Items) == 0 {
		return
	}
	if m.one(2) { // as apply reads it
		file, err := m.plan.Encode()
		if err != nil {
			m.t.Fatal(err)
		}
		if m.plan, err = decodePlan(file); err != nil {
			m.t.Fatal(err)
		}
	}
	m.script = m.anyScript()
	o.Script = m.script
	by := way{pipes: true, around: m.watch}
	if m.one(2) {
		by = byToken(m.t, by)
	}
	m.s = simulateBy(m.t, o, by)
	m.disk = &memory{}

	var past *Ledger
	for n := 0; past == nil || !past.Finished; n++ {
		if n > 3 {
			m.s.cloud.Calm()
		}
		if n > 6 {
			m.t.Fatal("the run does not come to its end")
		}
		run, results := m.run(past, n <= 3)
		m.bury()
		past = replayed(m.t, m.plan, m.disk.bytes())
		if past.Finished {
			m.s.cloud.Calm()
			m.judge(run, results)
			if m.one(2) {
				m.mu.Lock()
				m.disk, m.stop = &memory{}, nil
				m.mu.Unlock()
				if again, ok := m.engine().Retry(m.t.Context(), run); ok {
					m.judge(again, finished(m.t, again))
				}
			}
		}
	}
	neverTwice(m.t, m.s.cloud.Requests())
	m.onlyConfirmed()
}

func (m *model) engine() *Engine {
	e := NewEngine(m.s.deleter, m.s.loader, Options{})
	e.atOnce = 1 + m.random.IntN(6)
	e.journal = func(p Plan) (Journal, error) { return rememberOn(p, m.disk) }
	e.lasting = oneOf(m, 0, time.Second, e.lasting)
	return e
}

// run executes the plan, or goes on with it; stoppable: it may be stopped on the way.
func (m *model) run(past *Ledger, stoppable bool) (*Run, []Result) {
	e := m.engine()
	ctx, abort := context.WithCancel(m.t.Context())
	defer abort()
	var run *Run
	started := make(chan struct{})
	m.mu.Lock()
	m.changes, m.stopAt = 0, 0
	if stoppable && m.one(2) {
		m.stopAt = 1 + m.random.IntN(12)
		m.stop = oneOf(m, func() { <-started; run.Interrupt() }, abort, func() { m.kill(abort) })
		if past == nil && m.one(4) {
			m.stop = func() { <-started; run.Cancel() }
		}
	}
	m.mu.Unlock()
	if past == nil {
		run = e.Start(ctx, m.plan)
	} else {
		j := &memoryJournal{journal.NewWriter(m.disk, past.tail), m.disk}
		if err := j.Append(lineResume, resumed{}); err != nil {
			m.t.Fatal(err)
		}
		run = e.Resume(ctx, past, j)
	}
	close(started)
	return run, finished(m.t, run)
}

// watch sees every request before the cloud does: those that change something are in the journal by then, on disk.
func (m *model) watch(cloud *simcloud.Cloud) front {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !changing(r) {
			return false
		}
		m.mu.Lock()
		dead, disk := m.remains != nil, m.disk
		m.changes++
		stop := m.stop
		now := m.changes == m.stopAt
		m.mu.Unlock()
		if dead {
			panic(http.ErrAbortHandler)
		}
		m.announced(r, disk)
		if now && stop != nil {
			stop()
		}
		return false
	}
}

// kill ends the program at a request that may still be applied: of the journal there is what was on disk, and some of what
// was on its way there.
func (m *model) kill(abort func()) {
	m.disk.mu.Lock()
	on := m.disk.synced
	if late := len(m.disk.data) - on; late > 0 {
		on += m.chance.IntN(late + 1)
	}
	remains := slices.Clone(m.disk.data[:on])
	m.disk.mu.Unlock()
	m.mu.Lock()
	m.remains = remains
	m.mu.Unlock()
	abort()
}

// bury goes on with what is left after a kill. What was written after it never was.
func (m *model) bury() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.remains == nil {
		return
	}
	_, tail, err := journal.Read(m.remains)
	if err != nil {
		m.t.Fatal(err)
	}
	m.disk = &memory{data: m.remains[:tail.Size], synced: int(tail.Size)}
	m.remains = nil
}

// announced: there is an intent on the disk of when the request came, and no answer that settles it, for what it is about.
func (m *model) announced(r *http.Request, disk *memory) {
	disk.mu.Lock()
	lines, _, err := journal.Read(disk.data[:disk.synced])
	disk.mu.Unlock()
	if err != nil {
		m.t.Error(err)
	}
	under := map[int]intent{}
	for _, l := range lines {
		switch l.Type {
		case lineIntent:
			var in intent
			if err := json.Unmarshal(l.Body, &in); err != nil {
				m.t.Error(err)
			}
			under[in.Request] = in
		case lineAnswer:
			var a answer
			if err := json.Unmarshal(l.Body, &a); err != nil {
				m.t.Error(err)
			}
			if len(a.Doubt) == 0 { // what was broken off may arrive later
				delete(under, a.Request)
			}
		}
	}
	for _, in := range under {
		about := in.IDs[0]
		if in.Step != nil {
			about = in.Step.ID
		} else if len(in.IDs) > 1 || strings.HasSuffix(r.URL.Path, "batch-delete") {
			if strings.HasSuffix(r.URL.Path, "batch-delete") {
				return // the body is compared in onlyConfirmed
			}
			continue
		}
		if path.Base(r.URL.Path) == about {
			return
		}
	}
	m.t.Errorf("%s %s has no open intent on disk", r.Method, r.URL.Path)
}

// anyPlan is one of the kinds, or of several.
func (m *model) anyPlan(from *sim) Plan {
	var p Plan
	add := func(marked []inventory.Resource, s *inventory.Snapshot) {
		m.random.Shuffle(len(marked), func(i, j int) { marked[i], marked[j] = marked[j], marked[i] })
		marked = marked[:min(len(marked), 1+m.random.IntN(12))]
		if len(marked) == 0 {
			return
		}
		one, err := NewPlan(refsOf(marked), s, Choice{Detach: m.one(2)})
		if err != nil {
			m.t.Fatal(err)
		}
		p.Items = append(p.Items, one.Items...)
		p.Consequences = append(p.Consequences, one.Consequences...)
		p.Detach = p.Detach || one.Detach
	}
	top := inventory.Last(from.loader.Load(m.t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups, inventory.Channels))
	for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups} {
		if m.one(2) {
			add(top.Listing(kind).Resources.All(), top)
		}
	}
	for _, kind := range []inventory.KindID{inventory.Entries, inventory.Members} {
		if !m.one(3) {
			continue
		}
		holder, err := inventory.Lookup(kind)
		if err != nil {
			m.t.Fatal(err)
		}
		var parents []inventory.Resource
		for _, r := range top.Listing(holder.Within).Resources.All() {
			planned := slices.ContainsFunc(p.Items, func(it Item) bool { return it.Resource.Ref == r.Ref })
			if !planned && m.one(3) { // what goes with its group is no item of its own
				parents = append(parents, r)
			}
		}
		if len(parents) == 0 {
			continue
		}
		s := inventory.Last(from.loader.Open(m.t.Context(), kind, parents))
		add(s.Listing(kind).Resources.All(), s)
	}
	p.Grade = worst(p.Consequences)
	return p
}

// anyScript uses all that a script can do. What it leaves out is a service that lies: one that says in so many words that it
// has deleted what it has not, whose lists hide what is there, or that refuses and does it all the same.
func (m *model) anyScript() simcloud.Script {
	s := simcloud.Script{Seed: m.random.Uint64()}
	for range 1 + m.random.IntN(6) {
		s.Rules = append(s.Rules, m.anyRule())
	}
	return s
}

func (m *model) anyRule() simcloud.Rule {
	const (
		batches = "/**/batch-delete"
		html    = "<html><body>Bad Gateway</body></html>"
	)
	chance := []float64{0.1, 0.3, 0.6, 1}
	r := simcloud.Rule{Chance: oneOf(m, chance...), Also: m.one(4), Times: oneOf(m, 0, 1, 2, 5), From: oneOf(m, 0, 0, 3, 10)}
	where := func(rules ...simcloud.Rule) {
		to := oneOf(m, rules...)
		r.Method, r.Path = to.Method, to.Path
	}
	deleting := []simcloud.Rule{{Method: "POST", Path: batches}, {Method: "DELETE"}, {Method: "DELETE", Path: "/v2.0/**"}, {Method: "DELETE", Path: "/v2/**"}, {Method: "PUT"}}
	anywhere := append(slices.Clone(deleting), simcloud.Rule{}, simcloud.Rule{Method: "GET"}, simcloud.Rule{Path: "/v3/**"})
	short := time.Duration(1+m.random.IntN(2000)) * time.Millisecond
	hand := func() []simcloud.Hand {
		return []simcloud.Hand{oneOf(m, simcloud.Hand{Delete: simcloud.Asked}, simcloud.Hand{Edit: simcloud.Asked}, simcloud.Hand{Use: simcloud.Asked}, simcloud.Hand{Recreate: simcloud.Asked})}
	}
	switch m.random.IntN(20) {
	case 0:
		where(anywhere...)
		r.Do.Delay, r.Do.Hold = short, short
	case 1:
		where(anywhere...)
		r.Do.Revoke = true
	case 2:
		where(simcloud.Rule{})
		r.Do.Skew = oneOf(m, -time.Hour, 30*time.Minute, 5*time.Second)
	case 3:
		where(deleting...)
		r.Do.Before = hand()
	case 4:
		where(deleting...)
		r.Do.After = hand()
	case 5:
		where(deleting...)
		r.Do.Status, r.Do.Applied = oneOf(m, 500, 502, 503, 504), m.one(2)
		if m.one(2) {
			r.Do.Body, r.Do.ContentType = html, "text/html"
		} else {
			r.Do.Code, r.Do.Message = oneOf(m, "APIG.9999", "ELB.8906", "APIGW.0602"), "System error"
		}
	case 6:
		where(deleting...)
		r.Do.Status, r.Do.Applied, r.Do.Body, r.Do.ContentType = 200, m.one(2), oneOf(m, html, "{", "{}", "[]", `{"pools":{}}`, "null"), asJSON
	case 7:
		where(deleting...)
		r.Do = oneOf(m,
			simcloud.Act{Status: 400, Code: "ELB.8902", Message: "Batch operations are not allowed"},
			simcloud.Act{Status: 400, Code: "ELB.9899", Message: "invalid parameter"},
			simcloud.Act{Status: 413, Body: html}, simcloud.Act{Status: 405}, simcloud.Act{Status: 404, Code: "APIGW.0101", Message: "not published"},
			simcloud.Act{Status: 409, Code: "ELB.8907", Message: "immutable: PENDING_UPDATE"},
			simcloud.Act{Status: 409, Code: "ELB.8907", Message: "it is in use by listener 1"},
			simcloud.Act{Status: 403, Code: "ELB.8907", Message: "it is protected by member_deletion_protection_enable"},
			simcloud.Act{Status: 408}, simcloud.Act{Status: 401, Code: "APIGW.0301", Message: "no"},
		)
	case 8:
		where(deleting...)
		r.MoreThan, r.Do.Status, r.Do.Code, r.Do.Message = 1+m.random.IntN(6), 400, "ELB.9899", "too many"
	case 9:
		where(anywhere...)
		r.Do.Throttle = &simcloud.Throttle{RetryAfter: time.Duration(m.random.IntN(3)) * 7 * time.Second, AsDate: m.one(2)}
		if m.one(2) {
			r.Do.Throttle.Limit, r.Do.Throttle.Per = 20+m.random.IntN(100), time.Minute
		}
	case 10:
		where(simcloud.Rule{Method: "GET"})
		r.Do.Throttle = &simcloud.Throttle{As500: true}
	case 11:
		where(deleting...)
		r.Do.Forbidden = "elb:pools:delete"
	case 12:
		where(anywhere...)
		r.Do.Redirect = "http://127.0.0.1:2/elsewhere"
	case 13:
		where(simcloud.Rule{Path: "/v3/**"}, simcloud.Rule{Path: "/v2.0/**"})
		r.Do.Pending = short
	case 14:
		where(simcloud.Rule{Method: "POST", Path: batches})
		r.Do.Batch = oneOf(m,
			&simcloud.Batch{Omit: 1 + m.random.IntN(3)}, &simcloud.Batch{Duplicate: 2}, &simcloud.Batch{Contradict: 1},
			&simcloud.Batch{RetStatus: oneOf(m, "Deleted", "null", "postponed")}, &simcloud.Batch{Omit: 1, Contradict: 1, Duplicate: 1},
		)
		if m.one(4) {
			r.Do.Batch = &simcloud.Batch{Extra: []string{"99999999-0000-4000-8000-000000000001"}}
		}
	case 15:
		where(simcloud.Rule{Method: "POST", Path: "/**/iplist/batch-delete"})
		r.Do.OmitEntries = 1 + m.random.IntN(3)
	case 16:
		where(simcloud.Rule{Method: "GET"}, simcloud.Rule{Method: "GET", Path: "/v3/**"}, simcloud.Rule{Method: "GET", Path: "/v2/**"})
		r.Do.Page = oneOf(m, simcloud.Repeat, simcloud.Cycle, simcloud.Hollow, simcloud.Larger, simcloud.Overlap)
	case 17:
		where(anywhere...)
		r.Do.Cut = oneOf(m, simcloud.Before, simcloud.After)
	case 18:
		where(anywhere...)
		r.Do.Truncate = 1 + m.random.IntN(300)
	case 19:
		where(anywhere...)
		r.Do = oneOf(m, simcloud.Act{Dribble: &simcloud.Dribble{Piece: 1 + m.random.IntN(50), Every: short}}, simcloud.Act{Huge: 1 << 20}, simcloud.Act{GzipBomb: 1 << 20}, simcloud.Act{Hold: 10 * time.Minute})
	}
	return r
}

// hands says whether other clients act in the script.
func (m *model) hands() bool {
	return slices.ContainsFunc(m.script.Rules, func(r simcloud.Rule) bool { return len(r.Do.Before)+len(r.Do.After) > 0 })
}

// lies says whether the service answers in the script that it has done what it has not.
func (m *model) lies() bool {
	return slices.ContainsFunc(m.script.Rules, func(r simcloud.Rule) bool { return r.Do.Status == http.StatusOK && !r.Do.Applied })
}

// judge compares the outcomes of a run that has ended with the account, where nothing goes wrong any more.
func (m *model) judge(run *Run, results []Result) {
	time.Sleep(time.Minute) // of the bubble: so long nobody tries a token again that was refused
	left := refSet(everythingIn(m.t, m.s.loader))
	for i, res := range results {
		there := left[res.Ref]
		switch res.Outcome {
		case Deleted, AlreadyGone:
			if there && (res.Proved || !m.lies()) { // what is not proved rests on the service's word
				m.t.Errorf("item %d, %s %s, is %s and still there", i, res.Ref.Kind, res.Ref.ID, res.Outcome)
			}
		case Reappeared, Failed, Blocked:
			if again := strings.Contains(res.Message, "made again"); res.Proved && !there && !again && !m.hands() {
				m.t.Errorf("item %d, %s %s, is %s by proof and not there: %s", i, res.Ref.Kind, res.Ref.ID, res.Outcome, res.Message)
			}
		case Cancelled:
			if !there && !m.hands() {
				m.t.Errorf("item %d, %s %s, is cancelled and gone: %s", i, res.Ref.Kind, res.Ref.ID, res.Message)
			}
		case Pending:
			m.t.Errorf("item %d has no outcome", i)
		}
	}
	m.t.Log(run.Summary())
	planned := map[inventory.Ref]bool{}
	within := map[string]bool{} // parents of what is planned, and what goes with its parent
	for _, it := range m.plan.Items {
		planned[it.Resource.Ref] = true
		within[it.Resource.Ref.ID] = true
		within[it.Resource.Ref.Parent] = it.Resource.Ref.Parent != ""
	}
	for ref := range m.before {
		// Another client that "deletes what was asked for" takes the group of entries.
		if left[ref] || planned[ref] || m.hands() && (within[ref.ID] || within[ref.Parent]) || ref.Parent != "" && planned[inventory.Ref{Scope: ref.Scope, Kind: inventory.IPGroups, ID: ref.Parent}] {
			continue
		}
		m.t.Errorf("%s %s was not confirmed and is gone", ref.Kind, ref.ID)
	}
	if s := run.Summary(); s.OK() && slices.ContainsFunc(results, func(res Result) bool { return !gone(res.Outcome) }) {
		m.t.Errorf("%s is well", s)
	}
}

// onlyConfirmed goes through all that was sent: items of the plan, and the steps that were confirmed for them.
func (m *model) onlyConfirmed() {
	items := map[string]bool{} // id, of children parent/id
	steps := map[string]bool{}
	for _, it := range m.plan.Items {
		ref := it.Resource.Ref
		items[path.Join(ref.Parent, ref.ID)] = true
		for _, p := range slices.Concat(it.Holds, it.Detaches) {
			steps[p.ID] = true
		}
	}
	for _, r := range m.s.cloud.Requests() {
		part := strings.Split(r.Path, "/")
		last := part[len(part)-1]
		switch {
		case r.Method == http.MethodGet || strings.HasSuffix(r.Path, "/auth/tokens"):
		case (r.Method == http.MethodPost || r.Method == http.MethodPut) && last == "batch-delete":
			var body any
			if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
				m.t.Error(err)
			}
			parent := ""
			if part[len(part)-2] == "iplist" {
				parent = part[len(part)-3]
			}
			for _, id := range leaves(body) {
				if !items[path.Join(parent, id)] {
					m.t.Errorf("%s was sent to %s and not confirmed", id, r.Path)
				}
			}
		case r.Method == http.MethodPut && steps[last]:
		case r.Method == http.MethodDelete && (steps[last] || items[last]):
		case r.Method == http.MethodDelete && len(part) > 3 && items[part[len(part)-3]+"/"+last]: // of a channel
		default:
			m.t.Errorf("%s %s was not confirmed", r.Method, r.Path)
		}
	}
}
