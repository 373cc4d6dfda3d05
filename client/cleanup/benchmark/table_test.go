package benchmark

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"janitor/client/simcloud"
)

// client is one that is measured.
type client struct {
	name  string
	run   func(context.Context, trial) (attempt, error)
	loop  bool // plain: neither looks nor proves
	lanes func(c cell, least time.Duration) int
}

// Runs that mostly wait go side by side where they would take minutes; what is quick, and janitor, has the machine to itself.
// lanes say how many.
func alone(cell, time.Duration) int { return 1 }

func waiting(c cell, _ time.Duration) int {
	if c.RTT < 20*time.Millisecond {
		return 1
	}
	return 10
}

func longRuns(_ cell, least time.Duration) int {
	if least < 3*time.Second {
		return 1
	}
	return 5
}

func farAway(c cell, _ time.Duration) int {
	if c.RTT < 200*time.Millisecond {
		return 1
	}
	return 5
}

const (
	nameLoop, nameSixteen, nameFifties = "one by one", "16 at once", "batches of 50"
	nameBare, nameOracle, nameJanitor  = "oracle, deletions only", "oracle", "janitor"
)

var clients = []client{
	{nameLoop, oneByOne, true, waiting},
	{nameSixteen, sixteen, true, farAway},
	{nameFifties, fifties, true, waiting},
	{nameBare, oracle, false, longRuns},
	{nameOracle, wholeOracle, false, longRuns},
	{nameJanitor, janitor, false, alone},
}

func (cl client) fits(c cell) bool {
	return (cl.name != nameFifties || c.Channels == 0) && (!c.slow || !cl.loop)
}

// cells are the rows of the table.
func cells() (all []cell) {
	const second = time.Second
	pools := work{Name: "W1: 500 pools", N: 500}
	members := work{Name: "W4: 500 members, 10 channels", N: 500, Channels: 10, Gateways: 5}
	mixed := work{Name: "W5: 1 000 pools, mixed", N: 1000, Mixed: true}
	many := work{Name: "W6: 5 000 pools", N: 5000}
	add := func(w work, what string, m manners) *cell {
		m.RTT, m.Item = cmp.Or(m.RTT, 40*time.Millisecond), 2*time.Millisecond
		all = append(all, cell{work: w, manners: m, what: what})
		return &all[len(all)-1]
	}
	quota := func(n int, per time.Duration) manners { return manners{Quota: simcloud.Quota{Requests: n, Per: per}} }
	add(pools, "no quota", manners{})
	add(pools, "no quota, RTT 1 ms", manners{RTT: time.Millisecond})
	add(pools, "no quota, RTT 250 ms", manners{RTT: 250 * time.Millisecond})
	add(pools, "no quota, RTT log-normal, σ 0.5", manners{Spread: 0.5})
	add(pools, "no quota, one deletion at a time", manners{Queue: true})
	add(pools, "no quota, takes batches of 30", manners{Cap: 30})
	add(pools, "200/s", quota(200, second))
	add(pools, "10/s", quota(10, second))
	fifty := quota(10, second)
	fifty.Cap = 50
	add(pools, "10/s, takes batches of 50", fifty)
	bucket := quota(10, second)
	bucket.Quota.Bucket = true
	add(pools, "10/s, token bucket", bucket)
	add(pools, "60/min, as 60/3 s", quota(60, 3*second))
	add(pools, "5/5 s, as 5/1 s", quota(5, second))
	add(members, "no quota", manners{})
	add(members, "60/min, as 60/3 s", quota(60, 3*second)).slow = true
	add(mixed, "no quota", manners{})
	add(mixed, "10/s", quota(10, second))
	add(many, "no quota", manners{}).slow = true
	add(many, "10/s", quota(10, second)).slow = true
	return all
}

// sample is one run.
type sample struct {
	attempt
	requests, throttled, extra int
	undone, wrong, twice       int
}

// seen is what the service says of a run. Extra are requests that brought nothing: throttled ones, batches refused as a
// whole, deletions of what was asked for before, and more lists than a run needs.
func (a attempt) seen(l ledger, c cell, needed int) sample {
	s := sample{attempt: a, requests: len(l.Log), twice: l.Twice}
	s.undone, s.wrong = l.fates(c.work, a.said)
	asked := map[string]bool{}
	lists := 0
	for _, one := range l.Log {
		switch {
		case one.Status == 429:
			s.throttled++
			s.extra++
		case !one.deletes():
			lists++
		case len(one.Items) > 1 && one.Status >= 400:
			s.extra++
		default:
			known := 0
			for _, id := range one.Items {
				if asked[id] {
					known++
				}
				asked[id] = true
			}
			if known == len(one.Items) {
				s.extra++
			}
		}
	}
	s.extra += max(0, lists-needed)
	return s
}

// bench measures cells.
type bench struct {
	clients []client
	runs    int
	dir     string // for journals
	born    time.Time
	planned map[work]trial
	raw     *csv.Writer // every run
	says    io.Writer   // what it is at
}

// once is one run of a client with a service of its own.
func (b *bench) once(ctx context.Context, t trial, cl client) (s sample, err error) {
	r, err := launch(order{manners: t.manners, Work: t.work, Born: b.born})
	if err != nil {
		return s, err
	}
	defer r.close()
	t.greeting = r.greeting
	if t.dir, err = os.MkdirTemp(b.dir, "run-"); err != nil {
		return s, err
	}
	defer os.RemoveAll(t.dir)
	a, err := cl.run(ctx, t)
	if err != nil {
		return s, err
	}
	l, err := r.ledger()
	return a.seen(l, t.cell, t.around().requests()), err
}

// measure runs all clients that fit a cell.
func (b *bench) measure(ctx context.Context, c cell) (map[string][]sample, error) {
	t, ok := b.planned[c.work]
	if !ok {
		var err error
		if t.plan, t.reads, err = prepare(ctx, c.work, b.born); err != nil {
			return nil, err
		}
		b.planned[c.work] = t
	}
	t.cell = c
	out := map[string][]sample{}
	_, least := c.best(t.around())
	var together []client // take turns, so that what else the machine does meets all of them
	for _, cl := range b.clients {
		switch lanes := cl.lanes(c, least); {
		case !cl.fits(c):
		case lanes == 1:
			together = append(together, cl)
		default:
			if err := b.rounds(ctx, t, []client{cl}, min(b.runs, lanes), out); err != nil {
				return nil, err
			}
		}
	}
	return out, b.rounds(ctx, t, together, 1, out)
}

// rounds has each of the clients run as often as wanted, in turn, so many rounds at once.
func (b *bench) rounds(ctx context.Context, t trial, clients []client, lanes int, out map[string][]sample) error {
	begun := time.Now()
	var mu sync.Mutex
	var failed error
	side(lanes, make([]struct{}, b.runs), func(struct{}) {
		for _, cl := range clients {
			runtime.GC() // what others left behind is not to be this one's work
			s, err := b.once(ctx, t, cl)
			mu.Lock()
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s, %s, %s: %w", t.Name, t.what, cl.name, err))
			} else {
				out[cl.name] = append(out[cl.name], s)
				b.record(t.cell, cl, s)
			}
			mu.Unlock()
		}
	})
	for _, cl := range clients {
		fmt.Fprintf(b.says, "%s, %s, %s: %s\n", t.Name, t.what, cl.name, spell(median(tooks(out[cl.name]))))
	}
	fmt.Fprintf(b.says, "%s, %s: took %s\n", t.Name, t.what, time.Since(begun).Round(time.Second))
	return failed
}

func (b *bench) record(c cell, cl client, s sample) {
	if b.raw == nil {
		return
	}
	fields := []string{c.Name, c.what, cl.name}
	for _, n := range []int{
		int(s.took.Microseconds()), int(s.first.Microseconds()), s.requests, s.throttled, s.extra, s.undone, s.wrong, s.twice,
		int(quantile(s.ages, 0.99).Microseconds()),
	} {
		fields = append(fields, strconv.Itoa(n))
	}
	b.raw.Write(fields)
	b.raw.Flush()
}

// table writes the cells whose names match, in Markdown.
func (b *bench) table(ctx context.Context, w io.Writer, only *regexp.Regexp) error {
	var times, costs strings.Builder
	row := func(to *strings.Builder, columns ...string) {
		fmt.Fprintf(to, "| %s |\n", strings.Join(columns, " | "))
	}
	row(&times, "Workload", "Service", nameLoop, nameSixteen, nameFifties, "bound", nameBare, nameOracle, "**janitor**", "p5–p95", "of the oracle")
	row(&times, "---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
	row(&costs, "Workload", "Service", "requests an item (oracle)", "extra", "429s", "lost or wrong", "deleted twice", "first outcome", "outcome → frame, p99")
	row(&costs, "---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
	for _, c := range cells() {
		if !only.MatchString(c.Name + ", " + c.what) {
			continue
		}
		got, err := b.measure(ctx, c)
		if err != nil {
			return err
		}
		j, o := got[nameJanitor], got[nameOracle]
		took := tooks(j)
		row(&times, c.Name, c.what, loop(got[nameLoop]), loop(got[nameSixteen]), loop(got[nameFifties]), spell(c.least()),
			spell(median(tooks(got[nameBare]))), spell(median(tooks(o))), "**"+spell(median(took))+"**",
			spell(quantile(took, 0.05))+"–"+spell(quantile(took, 0.95)), percent(median(tooks(o)).Seconds()/median(took).Seconds()))
		requests := counts(j, func(s sample) int { return s.requests })
		extra := counts(j, func(s sample) int { return s.extra })
		var shown, firsts []time.Duration
		for _, s := range j {
			shown, firsts = append(shown, quantile(s.ages, 0.99)), append(firsts, s.first)
		}
		most := func(f func(sample) int) string { return strconv.Itoa(slices.Max(append(counts(j, f), 0))) }
		row(&costs, c.Name, c.what,
			fmt.Sprintf("%.3f (%.3f)", mean(requests)/float64(c.N), mean(counts(o, func(s sample) int { return s.requests }))/float64(c.N)),
			percent(mean(extra)/(mean(requests)-mean(extra))), fmt.Sprintf("%.1f", mean(counts(j, func(s sample) int { return s.throttled }))),
			most(func(s sample) int { return s.undone + s.wrong }), most(func(s sample) int { return s.twice }),
			spell(median(firsts)), spell(median(shown)))
	}
	_, err := fmt.Fprintf(w, "%s\n%s", &times, &costs)
	return err
}

// loop is the cell of a loop: its time, and what it left undone or was wrong about.
func loop(samples []sample) string {
	if len(samples) == 0 {
		return ""
	}
	s := spell(median(tooks(samples)))
	if n := mean(counts(samples, func(s sample) int { return s.undone })); n >= 0.5 {
		s += fmt.Sprintf(", %.0f undone", n)
	}
	if n := mean(counts(samples, func(s sample) int { return s.wrong })); n >= 0.5 {
		s += fmt.Sprintf(", %.0f wrong", n)
	}
	return s
}

func tooks(samples []sample) (all []time.Duration) {
	for _, s := range samples {
		all = append(all, s.took)
	}
	return all
}

func counts(samples []sample, f func(sample) int) (all []int) {
	for _, s := range samples {
		all = append(all, f(s))
	}
	return all
}

func mean(all []int) float64 {
	sum := 0
	for _, n := range all {
		sum += n
	}
	return float64(sum) / float64(max(1, len(all)))
}

func median(all []time.Duration) time.Duration { return quantile(all, 0.5) }

// quantile is the nearest of them.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(math.Round(q*float64(len(sorted)-1)))]
}

func percent(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) { // was not measured
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*x)
}

func spell(d time.Duration) string {
	switch {
	case d == 0: // was not measured
		return ""
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	default:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
}
