package tui

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image/color"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/ask"
	"janitor/tui/browse"
	"janitor/tui/confirm"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

var (
	sessions = flag.Int("sessions", 3, "of TestSessionsAtRandom: how many")
	steps    = flag.Int("steps", 100, "of TestSessionsAtRandom: how much happens in each of them")
	seed     = flag.Uint64("seed", 0, "of TestSessionsAtRandom: of the first one; 0 = a new one")
)

// TestSessionsAtRandom: whatever keys are pressed, whatever the terminal, the clock, the network and the service do, the
// frame fits the window and holds nothing that acts on the terminal, nothing is deleted but what stood in a dialog that was
// answered with yes, every key that the foot offers does something, every item of a run has its outcome, and ctrl+c ends the
// program.
func TestSessionsAtRandom(t *testing.T) {
	first := *seed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	}
	for n := range *sessions {
		seed := first + uint64(n)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := &player{t: t, random: rand.New(rand.NewPCG(seed, 1)), confirmed: map[thing]bool{}, ready: make(chan struct{})}
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("again with -seed %d -sessions 1 -steps %d; what was done:\n%s", seed, *steps, strings.Join(p.did, ", "))
				}
			})
			p.begin(seed)
			for range *steps {
				p.step()
			}
			p.rests()
			p.leave()
			p.judge()
		})
	}
}

// player plays a session.
type player struct {
	*terminal

	t      *testing.T
	random *rand.Rand
	a      *account
	away   atomic.Bool   // the network is
	ready  chan struct{} // the program has begun
	did    []string

	// Of the event loop.
	begun     bool
	frame     string
	pressed   string     // the last key
	before    string     // the frame when it came
	moved     bool       // since then another was drawn, for however short a time
	typed     int        // characters since the plan in the dialog has come
	asked     *planned   // what the dialog shows
	came      time.Time  // when that came up, or another question
	could     bool       // since then a key was pressed that may say yes
	seen      string     // the frame then
	asks      *ask.Model // that came up last
	yes       int        // said, and not yet a run
	confirmed map[thing]bool
	runs      []*cleanup.Run
	failed    bool
}

// sight is what the player sees.
type sight struct {
	in    keys.Context
	keys  keys.Map
	frame string
	moved bool // since the last key
	depth int
	word  string // that the dialog wants to be typed
	busy  string // what is under way; "" when nothing is
}

// Messages of the player to its own end of the event loop.
type (
	looking chan<- sight
	passing time.Duration
)

func oneOf[T any](p *player, all ...T) T { return all[p.random.IntN(len(all))] }

func (p *player) chance(percent int) bool { return p.random.IntN(100) < percent }

// begin opens a session of some sort on a cloud of some sort.
func (p *player) begin(seed uint64) {
	cloud := simcloud.Options{Seed: 1 + seed%7, Latency: time.Duration(oneOf(p, 0, 1, 3, 20)) * time.Millisecond}
	switch p.random.IntN(6) {
	case 0:
		cloud.Size = simcloud.Empty
	case 1, 2:
		cloud.Script = simcloud.Chaos(seed)
	case 3:
		cloud.Script = p.trouble(seed)
	}
	p.a = newAccountBehind(p.t, cloud, p.network)
	for i, name := range []string{
		"esc\x1b[31mred\x1b[2J", "osc\x1b]52;c;ZXZpbA==\x07", "bidi\u202eevil", "line\r\nbreak", strings.Repeat("long ", 200), "c1\u009b31m\u0085",
		"family👩‍👩‍👧‍👦 flag🇩🇪", "中文名字很长", "combining e\u0301\u0301\u0301", "", " ", "zero\u200bwidth\u2066",
	} {
		if p.chance(30) {
			p.a.AddPool(fmt.Sprintf("00000000-0000-4000-8000-%012d", i), name)
		}
	}
	if p.chance(80) {
		p.a.recorded(p.t)
	}
	o := &p.a.opts
	if p.chance(10) {
		o.Engine = nil
	}
	o.AlwaysName, o.Light, o.Reports = p.chance(20), p.chance(20), p.t.TempDir()
	o.Views = []View{{"old", "unused && age > 90d"}, {"wrong", "agge >"}}
	if p.chance(50) {
		o.SavePlan = func(cleanup.Plan, int) (string, error) { return "plan.json", nil }
	}
	if p.chance(50) {
		o.Suspend = func() error { return nil }
	}
	if p.chance(50) {
		o.GoTo = func(string) {}
		o.Places = func(context.Context) ([]Place, error) {
			return []Place{{Name: "profile other", About: "eu"}, {Name: "region there", Why: "No rights"}}, errors.New("projects: 503")
		}
	}
	if p.chance(25) {
		o.Steps = []Step{
			{Name: "unused pools", Kind: inventory.Pools, Expr: "unused", Reason: "OPS-7", Empty: true, Detach: p.chance(50)},
			{Name: "entries", Kind: inventory.Entries, Expr: "size > 0"},
			{Name: "of nothing", Kind: inventory.Members, In: []string{"nowhere"}, Expr: "size > 0"},
		}
	}
	if p.chance(20) {
		o.Limits = cleanup.Limits{Items: 5}
	}
	o.Started = p.started
	// The terminal of tests panics when it gets, just made smaller, what was drawn before.
	p.terminal = open(p.t, *o, 80, 24, tea.WithFilter(p.watch), tea.WithOutput(io.Discard))
	<-p.ready
}

// trouble is a script of rules at random.
func (p *player) trouble(seed uint64) simcloud.Script {
	s := simcloud.Script{Seed: seed}
	for range 1 + p.random.IntN(5) {
		r := simcloud.Rule{Chance: 0.05 + p.random.Float64()/3, Path: oneOf(p, "", "/v3/**", "/v2.0/**", "/v2/**", "**/batch-delete", "**/l7policies", "**/ipgroups**")}
		r.Do = oneOf(p, []simcloud.Act{
			{Status: http.StatusInternalServerError, Code: "APIG.9999", Message: "System error\x1b[2J"},
			{Status: http.StatusForbidden}, {Forbidden: "elb:pools:delete"}, {Status: http.StatusUnauthorized}, {Status: http.StatusNotFound},
			{Status: http.StatusConflict, Code: "ELB.8907", Message: "pool is used by listener \u202e x"},
			{Throttle: &simcloud.Throttle{RetryAfter: time.Second}}, {Throttle: &simcloud.Throttle{Limit: 40, Per: time.Second}},
			{Cut: simcloud.Before}, {Cut: simcloud.After}, {Truncate: 40}, {Page: simcloud.Repeat}, {Page: simcloud.Hollow}, {Page: simcloud.Overlap},
			{Body: "<html>\r\n<h1>502 Bad Gateway</h1>", Status: http.StatusBadGateway}, {Delay: 50 * time.Millisecond}, {Skew: time.Hour},
		}...)
		if strings.Contains(r.Path, "batch") && p.chance(70) {
			r.Do = oneOf(p, []simcloud.Act{
				{Batch: &simcloud.Batch{Omit: 1}}, {Batch: &simcloud.Batch{Contradict: 1}}, {Batch: &simcloud.Batch{RetStatus: "odd\x1b[31m"}},
				{Batch: &simcloud.Batch{Extra: []string{"stranger"}}}, {Cut: simcloud.After}, {Before: []simcloud.Hand{{Use: simcloud.Asked}}},
			}...)
		}
		s.Rules = append(s.Rules, r)
	}
	return s
}

// network goes away and comes back.
func (p *player) network(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.away.Load() {
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	})
}

// step is one thing that happens.
func (p *player) step() {
	s, ok := p.look()
	if !ok {
		return
	}
	n := p.random.IntN(100)
	switch {
	case n < 4:
		p.resizes()
	case n < 7:
		text := p.text()
		p.happens("paste "+text, tea.PasteMsg{Content: text})
	case n < 9:
		p.happens("wheel", tea.MouseWheelMsg{X: p.random.IntN(90), Y: p.random.IntN(30), Button: tea.MouseWheelDown})
		p.happens("click", tea.MouseClickMsg{X: p.random.IntN(90), Y: p.random.IntN(30), Button: tea.MouseLeft})
	case n < 10:
		p.happens("blur", tea.BlurMsg{})
	case n < 11:
		p.happens("background", tea.BackgroundColorMsg{Color: oneOf(p, color.White, color.Black)})
	case n < 12:
		p.happens("colours", tea.ColorProfileMsg{Profile: oneOf(p, colorprofile.NoTTY, colorprofile.ASCII, colorprofile.ANSI, colorprofile.TrueColor)})
	case n < 15:
		p.happens("tick", ticked{})
	case n < 17:
		p.did = append(p.did, "network")
		p.away.Store(!p.away.Load() && p.chance(50))
	case n < 30:
		p.passes(time.Duration(p.random.IntN(2000)) * time.Millisecond)
	case n < 31:
		p.passes(time.Duration(p.random.IntN(100)) * time.Hour)
	case n < 40:
		d := time.Duration(p.random.IntN(30)) * time.Millisecond // answers come
		if p.chance(10) {
			d *= 10
		}
		p.did = append(p.did, "wait "+d.String())
		time.Sleep(d)
	case n < 50 && s.in != keys.Dialog:
		p.offered(s)
	default:
		p.plays(s)
	}
}

func (p *player) resizes() {
	w, h := 1+p.random.IntN(200), 1+p.random.IntN(60)
	switch p.random.IntN(4) {
	case 0:
		w, h = 80, 24
	case 1:
		w, h = 120, 36
	case 2:
		w, h = 1+p.random.IntN(60), 1+p.random.IntN(14)
	}
	p.did = append(p.did, fmt.Sprintf("resize %d×%d", w, h))
	p.resize(w, h)
}

// plays does what people do in a place, mostly.
func (p *player) plays(s sight) {
	switch n := p.random.IntN(100); {
	case s.in == keys.Dialog && n < 30:
		p.passes(time.Second)
		if s.word != "" {
			p.types(s.word)
			p.keys("enter")
		} else {
			p.keys(oneOf(p, "y", "y", "y", "enter", "esc"))
		}
	case s.in == keys.Dialog && n < 45:
		p.keys("tab", "space")
	case s.in == keys.Input && n < 30:
		p.types(p.text())
	case s.in == keys.Input && n < 60:
		p.keys("enter")
	case s.in == keys.Choosing && n < 60:
		p.types(oneOf(p, "pools", "cert", "log", "runs", "view", "old", "un", "help", "detail", "again", "all", "delete", "mark", "region", "xyz", ""))
		p.keys(slices.Repeat([]string{"down"}, p.random.IntN(4))...)
		p.keys("enter")
	case s.in == keys.Browse && n < 20:
		p.keys(slices.Repeat([]string{"space"}, 1+p.random.IntN(13))...)
	case s.in == keys.Browse && n < 40:
		p.keys("ctrl+d")
	case s.in == keys.Browse && n < 60:
		p.keys(oneOf(p, "ctrl+a", "enter", "M", "h", "r", "3", "4", "/"))
	case s.in == keys.Run && n < 40:
		p.keys(oneOf(p, "r", "u", "c", "v", "e", "R", "h", "enter", "f", "F"))
	case s.in == keys.History && n < 40:
		p.keys(oneOf(p, "R", "u", "v", "e", "enter", "down"))
	case s.in == keys.Reading && n < 30, n < 8:
		p.keys("esc")
	case n < 10:
		p.types(oneOf(p, "a", "B", "7", "Z", "0", "é", "日", "$", "%", "N", "A"))
	case n < 12:
		p.keys(oneOf(p, "tab", "esc", "enter", "backspace", "left", "right", "home", "end"))
	default:
		p.bound(s)
	}
}

// bound presses a key that is bound in this place; those that quit seldom.
func (p *player) bound(s sight) {
	all := s.keys.Bindings(s.in)
	b := all[p.random.IntN(len(all))]
	quits := b.Action == keys.QuitNow || b.Action == keys.Quit && s.depth == 1
	if len(b.Keys) == 0 || quits && !p.chance(3) || b.Action == keys.Suspend && !p.chance(20) {
		return
	}
	p.keys(oneOf(p, b.Keys...))
}

// offered presses a key that the foot of the frame offers: something is to be seen of it.
func (p *player) offered(s sight) {
	foot := s.frame[strings.LastIndex(s.frame, "\n")+1:]
	var offers []keys.Binding
	for _, b := range s.keys.Bindings(s.in) {
		if len(b.Keys) > 0 && b.Short != "" && strings.Contains(foot+" ", " "+b.Label()+" "+b.Short+" ") {
			offers = append(offers, b)
		}
	}
	if len(offers) == 0 {
		return
	}
	b := offers[p.random.IntN(len(offers))]
	p.keys(b.Keys[0])
	deadline := time.Now().Add(30 * time.Second)
	for {
		now, ok := p.look()
		if !ok || now.moved {
			return
		}
		if time.Now().After(deadline) {
			p.t.Errorf("%s does nothing:\n%s", b.Label(), s.frame)
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func (p *player) text() string {
	return oneOf(p, "te", "!prod", "a b", "=unused", "=unused && age > 90d", "=(", "=name ==", "=agge > 3", `=any(reasons, .via == "x")`, "日本", "👩‍👩‍👧‍👦", "e\u0301",
		"\u202e", "\x1b[2J", "a\r\nb\tc", strings.Repeat("x", 300), `=within("10.0.0.0/8")`, "=servers > 1e999", "=age > 99999999999999d", `=name matches "["`,
		" ", "=", "!", "!!", `\`, "=1/0", "=not unused or expired", "=!(", "10", "pools", `="`, `=name in ["a",`)
}

func (p *player) types(text string) {
	for _, r := range text {
		p.happens(string(r), tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func (p *player) keys(names ...string) {
	for _, name := range names {
		p.happens(name, screentest.Key(name))
	}
}

func (p *player) passes(d time.Duration) { p.happens(d.String(), passing(d)) }

func (p *player) happens(what string, msg tea.Msg) {
	p.did = append(p.did, what)
	p.program.Send(msg)
}

// look waits until all that was sent is taken; false: the program has ended.
func (p *player) look() (sight, bool) {
	got := make(chan sight, 1)
	p.program.Send(looking(got))
	select {
	case s := <-got:
		return s, true
	case <-p.done:
		return sight{}, false
	case <-time.After(30 * time.Second):
		p.t.Fatal("the program does not take messages")
		return sight{}, false
	}
}

// rests: once the network is there and nothing goes wrong any more, all that is under way comes to its end, and what is
// listed again is what there is.
func (p *player) rests() {
	p.away.Store(false)
	p.a.Calm()
	p.resize(160, 48)
	p.idle()
	deadline, again := time.Now().Add(60*time.Second), false
	for {
		s, ok := p.idle()
		if !ok {
			return
		}
		want := fmt.Sprintf("1 Pools %d ", len(p.a.list(p.t, inventory.Pools)))
		switch {
		case time.Now().After(deadline):
			p.t.Errorf("%d screens, in %v, and listed again there is no %q:\n%s", s.depth, s.in, want, s.frame)
			return
		case s.depth > 1 || s.in != keys.Browse: // what was opened may take its time to come
			p.passes(time.Second) // or else a dialog takes no key
			p.keys("esc")
		case again && strings.Contains(ansi.Strip(s.frame), want):
			return
		default:
			p.keys("ctrl+r")
			again = true
		}
	}
}

// idle waits until nothing is under way; false: the program has ended.
func (p *player) idle() (s sight, ok bool) {
	deadline := time.Now().Add(60 * time.Second)
	for {
		s, ok = p.look()
		if !ok || s.busy == "" {
			return s, ok
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s does not end:\n%s", s.busy, s.frame)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// busy names what is under way.
func busy(m *Model) string {
	switch {
	case m.live() != nil:
		return "a run"
	case m.plan != nil:
		return "a plan"
	case m.verifying != "":
		return "a verify"
	case m.looking:
		return "a look for places"
	case m.walk.search != nil:
		return "a search"
	case m.away:
		return "a suspension"
	case len(m.leaving) > 0:
		return "a screen that was left"
	}
	for _, s := range m.stack {
		if b, ok := s.(*browse.Model); ok && b.Loading() {
			return "a list"
		}
	}
	return ""
}

// leave ends the session: whatever is going on, three presses do it.
func (p *player) leave() {
	for range 3 {
		p.passes(time.Second)
		p.keys("ctrl+c")
		select {
		case <-p.done:
			return
		case <-time.After(time.Duration(p.random.IntN(300)) * time.Millisecond):
		}
	}
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.t.Fatalf("still running:\n%s", p.terminal.text())
	}
}

// watch sees every message before the program does.
func (p *player) watch(model tea.Model, msg tea.Msg) tea.Msg {
	m := model.(*Model)
	p.see(m)
	if m.question != p.asks {
		p.asks = m.question
		p.comes()
	}
	switch msg := msg.(type) {
	case looking:
		s := sight{in: m.context(), keys: m.env.Keys, frame: p.frame, moved: p.moved, depth: len(m.stack), busy: busy(m)}
		if m.dialog != nil && p.asked != nil {
			s.word = p.wanted(m)
		}
		msg <- s
		return nil
	case passing:
		p.a.clock.pass(time.Duration(msg))
		return nil
	case tea.KeyPressMsg:
		p.pressed, p.before, p.moved = msg.String(), p.frame, false
		p.typed += utf8.RuneCountInString(msg.Text)
		if !m.cramped() && p.a.clock.now().Sub(p.came) >= screen.Grace && slices.Contains([]string{"y", "enter"}, p.pressed) {
			p.could, p.seen = true, p.frame
		}
	case tea.PasteMsg:
		p.typed += utf8.RuneCountInString(msg.Content)
	case planned:
		if msg.to == m.plan {
			p.asked, p.typed = &msg, 0
			p.comes()
		}
	case confirm.Decision:
		p.decided(m, msg)
	case ask.Answer:
		if msg.Yes && msg.To == m.question {
			p.said()
		}
	}
	return msg
}

// comes: something asks.
func (p *player) comes() { p.could, p.came = false, p.a.clock.now() }

func (p *player) wanted(m *Model) string {
	plan := p.asked.plan
	switch {
	case len(plan.Items) == 0:
		return ""
	case m.opts.AlwaysName:
		return plan.Name(m.opts.Profile, m.opts.Project)
	case plan.Typed():
		return plan.Word()
	}
	return ""
}

// decided: yes is said by a hand that has seen the plan and typed what it wants.
func (p *player) decided(m *Model, d confirm.Decision) {
	if !d.Yes || m.dialog == nil {
		return
	}
	p.said()
	want := p.wanted(m)
	if n := utf8.RuneCountInString(want); p.typed < n {
		p.wrong("%d characters were typed of %q", p.typed, want)
	}
	refs := func(plan cleanup.Plan) (out []inventory.Ref) {
		for i := range plan.Items {
			out = append(out, plan.Items[i].Resource.Ref)
		}
		return out
	}
	if !slices.Equal(refs(d.Plan), refs(p.asked.plan)) {
		p.wrong("another plan was confirmed than shown")
	}
	if n := len(d.Plan.Items); !strings.Contains(p.seen, fmt.Sprintf("Delete %d ", n)) {
		p.wrong("the dialog does not say that it deletes %d", n)
	}
}

// said: yes is the answer of a key that was pressed when one could see what it would say.
func (p *player) said() {
	p.yes++
	if !p.could {
		p.wrong("nobody has said yes")
	}
}

// started: a run begins because somebody has said yes, and may delete what was confirmed.
func (p *player) started(r *cleanup.Run) {
	p.runs = append(p.runs, r)
	if p.yes--; p.yes < 0 {
		p.wrong("a run was begun that nobody wanted")
	}
	plan := r.Plan()
	if plan.Undoes != "" {
		return
	}
	for i := range plan.Items {
		it := &plan.Items[i]
		p.confirmed[thing{it.Resource.Ref.Parent, it.Resource.Ref.ID}] = true
		for _, step := range slices.Concat(it.Holds, it.Detaches) {
			p.confirmed[thing{"", step.ID}] = true
		}
	}
}

// see judges the frame.
func (p *player) see(m *Model) {
	if !p.begun {
		p.begun = true
		close(p.ready)
	}
	if m.w == 0 {
		return
	}
	v := m.View()
	p.frame = v.Content
	p.moved = p.moved || p.frame != p.before
	lines := strings.Count(p.frame, "\n") + 1
	if wrong := screentest.Misfit(p.frame, m.w); wrong != "" {
		p.wrong("%s", wrong)
	}
	if wrong := screentest.Misfit(v.WindowTitle, 1<<20); wrong != "" {
		p.wrong("title: %s", wrong)
	}
	if lines > m.h || lines < m.h && !m.cramped() {
		p.wrong("%d lines in a window of %d", lines, m.h)
	}
	if again := m.View().Content; again != p.frame && len(m.runs) == 0 && !strings.Contains(p.frame+again, "listing") { // these tell the time
		p.wrong("drawn again it is another:\n%s", again)
	}
}

// wrong tells of the first fault only: others follow from it.
func (p *player) wrong(format string, args ...any) {
	if !p.failed {
		p.failed = true
		p.t.Errorf(format+"\nafter %s:\n%s", append(args, p.pressed, p.frame)...)
	}
}

// judge looks back on a session that has ended.
func (p *player) judge() {
	if p.err != nil {
		p.t.Errorf("ended with %v", p.err)
	}
	if wrong := screentest.Misfit(strings.ReplaceAll(p.summary, "\n", " "), 1<<20); wrong != "" {
		p.t.Errorf("summary: %s", wrong)
	}
	for _, r := range p.runs {
		sum, s := 0, r.Summary()
		for _, n := range s.Counts {
			sum += n
		}
		if s.Counts[cleanup.Pending] > 0 || sum != len(r.Plan().Items) || sum != len(r.Results()) {
			p.t.Errorf("%d items, %d results: %+v", len(r.Plan().Items), len(r.Results()), s)
		}
	}
	for _, r := range p.a.Requests() {
		for _, d := range p.doomed(r) {
			if !p.confirmed[d] && !p.confirmed[thing{"", d.id}] {
				p.t.Errorf("%s was never confirmed: %s %s %s", d.id, r.Method, r.Path, r.Body)
			}
		}
	}
}

// thing is what a request deletes; in is "" where the id is enough.
type thing struct{ in, id string }

// doomed is what a request deletes.
func (p *player) doomed(r simcloud.Request) (all []thing) {
	parts := strings.Split(r.Path, "/")
	in := func(of string) string {
		if i := slices.Index(parts, of); i >= 0 && i+2 < len(parts) {
			return parts[i+1]
		}
		return ""
	}
	switch {
	case strings.HasSuffix(r.Path, "/batch-delete"):
		var body any
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			p.t.Errorf("%s: %v", r.Body, err)
		}
		for _, id := range texts(body) {
			all = append(all, thing{in("ipgroups"), id})
		}
	case r.Method == http.MethodDelete:
		id, err := url.PathUnescape(path.Base(r.Path))
		if err != nil {
			p.t.Error(err)
		}
		all = append(all, thing{in("vpc-channels"), id})
	}
	return all
}

// texts are all strings in decoded JSON, but names of fields.
func texts(v any) (all []string) {
	switch v := v.(type) {
	case string:
		all = append(all, v)
	case []any:
		for _, e := range v {
			all = append(all, texts(e)...)
		}
	case map[string]any:
		for _, e := range v {
			all = append(all, texts(e)...)
		}
	}
	return all
}
