package benchmark

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"janitor/client/heap"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

var (
	table = flag.Bool("table", false, "measure, and print the table instead of testing")
	runs  = flag.Int("runs", 10, "of -table: runs of each client in each cell")
	only  = flag.String("only", "", `of -table: cells whose name matches, such as "W1.*10/s"`)
	who   = flag.String("who", "", `of -table: clients whose name matches, such as "^(oracle|janitor)$"`)
	raw   = flag.String("raw", "", "of -table: file for every run, as CSV; times in microseconds")
)

// TestMain is also the service of each run, and the program that prints the table.
func TestMain(m *testing.M) {
	heap.Room(heap.Usual) // as the program does
	if order := os.Getenv(serviceEnv); order != "" {
		if err := serve(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if *table {
		if err := printTable(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func printTable() error {
	which, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	whom, err := regexp.Compile(*who)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "janitor-benchmark-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	measured := slices.DeleteFunc(slices.Clone(clients), func(cl client) bool { return !whom.MatchString(cl.name) })
	b := &bench{clients: measured, runs: *runs, dir: dir, born: time.Now(), planned: map[work]trial{}, says: os.Stderr}
	if *raw != "" {
		file, err := os.Create(*raw)
		if err != nil {
			return err
		}
		defer file.Close()
		b.raw = csv.NewWriter(file)
		b.raw.Write(strings.Split("workload,service,client,took,first,requests,throttled,extra,undone,wrong,twice,age_p99", ","))
	}
	return b.table(context.Background(), os.Stdout, which)
}

// small is a bench for tests: its runs take no time worth speaking of.
func small(t *testing.T, clients []client) *bench {
	t.Helper()
	return &bench{clients: clients, runs: 1, dir: t.TempDir(), born: time.Now(), planned: map[work]trial{}, says: io.Discard}
}

var fast = manners{RTT: time.Millisecond, Item: 100 * time.Microsecond, Cap: 50}

// Everybody deletes everything, and the service agrees.
func TestClientsDeleteAll(t *testing.T) {
	t.Parallel()
	for _, c := range []cell{
		{work: work{Name: "pools", N: 60}, manners: fast},
		{work: work{Name: "members", N: 12, Channels: 4, Gateways: 3}, manners: fast},
	} {
		got, err := small(t, clients).measure(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, cl := range clients {
			samples, ran := got[cl.name]
			if ran != cl.fits(c) {
				t.Errorf("%s ran with %s: %t", cl.name, c.Name, ran)
			}
			if !ran || cl.name == nameSixteen && c.Channels > 0 { // whose requests meet in a gateway instance
				continue
			}
			s := samples[0]
			if s.undone+s.wrong+s.twice+s.throttled+s.extra > 0 || len(s.said) != c.N || s.took <= 0 || s.first <= 0 || s.first > s.took {
				t.Errorf("%s with %s: %+v", cl.name, c.Name, s)
			}
			least := map[string]int{nameLoop: c.N, nameSixteen: c.N, nameFifties: 2, nameBare: 1, nameOracle: 5, nameJanitor: 5}
			if s.requests < least[cl.name] {
				t.Errorf("%s with %s: %d requests", cl.name, c.Name, s.requests)
			}
			if cl.name == nameJanitor && (len(s.ages) != c.N || slices.Min(s.ages) < 0) {
				t.Errorf("%d outcomes have been in a frame: %v", len(s.ages), s.ages)
			}
		}
	}
}

// In mixed work, only who reads back knows what came of lost answers.
func TestMixedWork(t *testing.T) {
	t.Parallel()
	c := cell{work: work{Name: "mixed", N: 100, Mixed: true}, manners: fast}
	some := slices.DeleteFunc(slices.Clone(clients), func(cl client) bool { return cl.name == nameBare })
	got, err := small(t, some).measure(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{nameLoop: 2, nameSixteen: 2, nameOracle: 0, nameJanitor: 0} {
		s := got[name][0]
		kept := 0
		for _, gone := range s.said {
			if !gone {
				kept++
			}
		}
		if s.wrong != want || s.undone+s.twice > 0 || kept != len(c.blocked())+want {
			t.Errorf("%s: %d wrong, %d undone, %d twice, %d kept", name, s.wrong, s.undone, s.twice, kept)
		}
	}
	if s := got[nameFifties][0]; s.wrong == 0 {
		t.Error("no answer of a batch was lost")
	}
}

// A client that is wrong is found out, whatever it says.
func TestLedger(t *testing.T) {
	w := work{Name: "pools", N: 4}
	c := cell{work: w, manners: fast}
	r, err := launch(order{manners: fast, Work: w, Born: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	tr := trial{cell: c, greeting: r.greeting}
	me, err := tr.caller(nil)
	if err != nil {
		t.Fatal(err)
	}
	pool := func(i int) inventory.Resource { return inventory.Resource{Ref: inventory.Ref{ID: poolID(i)}} }
	me.one(t.Context(), pool(0))
	me.one(t.Context(), pool(0))                                  // twice
	me.one(t.Context(), pool(1))                                  // and yet it says
	me.said[poolID(1)] = false                                    // that it is there
	me.said[poolID(2)] = false                                    // undone; of the next it says nothing
	me.one(t.Context(), pool(w.N+3))                              // not its own
	me.batch(t.Context(), []inventory.Resource{pool(0), pool(1)}) // for the third time, and the second
	a := me.end()
	l, err := r.ledger()
	if err != nil {
		t.Fatal(err)
	}
	delete(a.said, poolID(3))
	a.said[poolID(1)] = false
	s := a.seen(l, c, 0)
	if s.undone != 1 || s.wrong != 3 || s.twice != 3 || s.requests != 5 || s.extra != 2 {
		t.Errorf("%+v", s)
	}
	if err := r.close(); err != nil {
		t.Error(err)
	}
}

func TestBound(t *testing.T) {
	const ms = time.Millisecond
	quota := func(n int, per time.Duration) manners {
		return manners{RTT: 40 * ms, Item: 2 * ms, Cap: 50, Quota: simcloud.Quota{Requests: n, Per: per}}
	}
	pools := work{N: 500}
	near := manners{RTT: 40 * ms, Item: 2 * ms}
	for _, tt := range []struct {
		name        string
		cell        cell
		lists       around
		bound, best time.Duration
	}{
		{"one batch", cell{work: work{N: 10}, manners: near}, around{}, 42 * ms, 42 * ms},
		{"side by side", cell{work: pools, manners: near}, around{}, 104 * ms, 104 * ms},
		{"with lists", cell{work: pools, manners: near}, around{trips{8, 2}, trips{2, 1}}, 224 * ms, 224 * ms},
		{"one deletion at a time", cell{work: pools, manners: manners{RTT: 40 * ms, Item: 2 * ms, Queue: true}}, around{}, 1040 * ms, 1040 * ms},
		{"longest instance", cell{work: work{N: 500, Channels: 10, Gateways: 4}, manners: near}, around{}, 150 * 42 * ms, 64 * 100 * ms},
		{"within a window", cell{work: pools, manners: quota(200, time.Second)}, around{}, 104 * ms, 104 * ms},
		{"two windows", cell{work: pools, manners: quota(10, time.Second)}, around{}, 1104 * ms, 1104 * ms},
		// 8 lists in the first window, 8 deletions in the second one, 6 of them and 2 lists in the third.
		{"lists count too", cell{work: pools, manners: quota(10, time.Second)}, around{trips{8, 2}, trips{2, 1}}, 2040 * ms, 2154 * ms},
	} {
		bound := time.Duration(math.MaxInt64)
		tt.cell.settings(func(s settings) { bound = min(bound, tt.cell.bound(s, tt.lists)) })
		if (bound - tt.bound).Abs() > 2*ms {
			t.Errorf("%s: no quicker than %s, want %s", tt.name, bound, tt.bound)
		}
		if s, best := tt.cell.best(tt.lists); (best - tt.best).Abs() > 5*ms {
			t.Errorf("%s: at best %s with %+v, want %s", tt.name, best, s, tt.best)
		}
	}
}

// Pages of a list come one after the other, other lists beside it; a deletion parts what is before from what is after.
func TestReads(t *testing.T) {
	log := func(all ...string) (lines []line) {
		for _, one := range all {
			method, at, _ := strings.Cut(one, " ")
			path, query, _ := strings.Cut(at, "?")
			lines = append(lines, line{Request: simcloud.Request{Method: method, Path: path, RawQuery: query}})
		}
		return lines
	}
	r := readsOf(log(
		"GET /pools?limit=9", "GET /listeners?limit=9", "GET /listeners?bin=true&limit=9", "GET /pools?limit=9&marker=a", "GET /instances?offset=0",
		"GET /instances/i/vpc-channels?offset=0", "GET /instances/j/vpc-channels?offset=0", "GET /instances/i/vpc-channels/c/members?offset=0",
		"DELETE /pools/a", "GET /pools?limit=9", "DELETE /pools/b", "GET /pools?limit=9&marker=b",
	))
	if got, want := r.around(), (around{trips{8, 4}, trips{2, 2}}); got != want {
		t.Errorf("%+v, want %+v: %v", got, want, r)
	}
}

// Nobody who keeps to a ration meets the quota, and no window is left unused.
func TestRations(t *testing.T) {
	for _, q := range []simcloud.Quota{{Requests: 10, Per: time.Second}, {Requests: 5, Per: 5 * time.Second}, {Requests: 10, Per: time.Second, Bucket: true}} {
		rs := rations{quota: q, of: map[string]*ration{}}
		begun := time.Now()
		now, sent := begun, 0
		for now.Sub(begun) < 10*q.Per {
			if pause := rs.take("elb", now); pause > 0 {
				now = now.Add(pause)
				continue
			}
			sent++
		}
		windows := 10
		if q.Bucket {
			windows++ // it is full in the beginning
		}
		if most := int(share*float64(q.Requests)) * windows; sent > most || sent < most-2 {
			t.Errorf("%+v: %d requests, want %d", q, sent, most)
		}
	}
}
