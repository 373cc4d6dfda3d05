package browse

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// probe is a browse screen without a program around it: commands run at once, one after the other.
type probe struct {
	*Model
	t    *testing.T
	said []string  // notices
	out  []tea.Msg // what the screen asked its owner for
}

// feed is where the screen lists from: each loading takes the next of these.
type feed [][]*inventory.Snapshot

func newProbe(t *testing.T, f *feed, change func(*Options)) *probe {
	t.Helper()
	env := &screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: func() time.Time { return epoch }}
	o := Options{Kinds: inventory.Top(), Scope: "acme · eu-de", List: func(context.Context) iter.Seq[*inventory.Snapshot] {
		if len(*f) == 0 {
			t.Error("listed more often than expected")
			return slices.Values([]*inventory.Snapshot{})
		}
		next := (*f)[0]
		*f = (*f)[1:]
		return slices.Values(next)
	}}
	if change != nil {
		change(&o)
	}
	p := &probe{Model: New(t.Context(), env, o), t: t}
	t.Cleanup(p.Close)
	p.run(p.Init())
	return p
}

// run runs a command, and the commands that follow from it.
func (p *probe) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			p.run(c)
		}
	case arrived, finished, prepared:
		p.run(p.Update(msg))
	case ReleaseMsg:
		for _, k := range p.Held() {
			p.run(p.Update(k))
		}
	case screen.Notice:
		p.said = append(p.said, msg.Text)
	default:
		p.out = append(p.out, msg)
	}
}

// press presses keys by the names the key map uses.
func (p *probe) press(names ...string) *probe {
	p.t.Helper()
	for _, name := range names {
		p.run(p.Update(screentest.Key(name)))
	}
	return p
}

func (p *probe) write(s string) *probe {
	for _, r := range s {
		p.run(p.Update(tea.KeyPressMsg{Code: r, Text: string(r)}))
	}
	return p
}

func (p *probe) text(w, h int) string { return ansi.Strip(p.View(w, h)) }

// lastSaid is the latest notice, "" when there was none since.
func (p *probe) lastSaid() string {
	if len(p.said) == 0 {
		return ""
	}
	s := p.said[len(p.said)-1]
	p.said = nil
	return s
}

// pool makes a resource as the loader would; n is part of its id.
func pool(n int, name string, state inventory.State, reason string) inventory.Resource {
	id := fmt.Sprintf("pool-%04d", n)
	return inventory.Resource{
		Ref: ref(n), Name: name, Created: client.At(epoch.Add(-time.Duration(n) * 24 * time.Hour)),
		Object:  &inventory.Pool{Pool: client.Pool{ID: id, Name: name, Protocol: "HTTP"}},
		Verdict: inventory.Verdict{State: state, Reasons: []inventory.Reason{{Text: reason}}},
	}
}

func ref(n int) inventory.Ref {
	return inventory.Ref{Scope: "acme", Kind: inventory.Pools, ID: fmt.Sprintf("pool-%04d", n)}
}

func unused(ns ...int) []inventory.Resource {
	var out []inventory.Resource
	for _, n := range ns {
		out = append(out, pool(n, fmt.Sprintf("web-%d", n), inventory.Unused, "no listener, no policy"))
	}
	return out
}

// listing is a snapshot of the pools; the other kinds are there and empty.
func listing(done bool, err error, pools []inventory.Resource) *inventory.Snapshot {
	s := &inventory.Snapshot{At: epoch, Done: done}
	for _, k := range inventory.Top() {
		l := inventory.Listing{Kind: settledKind(k), Done: true}
		if k.ID == inventory.Pools {
			l.Resources, l.Done, l.Err = inventory.RowsOf(pools...), done, err
		}
		s.Listings = append(s.Listings, l)
	}
	return s
}

// settledKind depends on no other list, as no graph can be made here.
func settledKind(k *inventory.Kind) *inventory.Kind {
	c := *k
	c.Needs = nil
	return &c
}

func whole(pools []inventory.Resource) []*inventory.Snapshot {
	return []*inventory.Snapshot{listing(true, nil, pools)}
}
