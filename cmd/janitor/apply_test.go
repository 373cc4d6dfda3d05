package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/client/simcloud"
)

// applied is a plan of two steps, one pool each, and what executes it. met sees every request of that before it is answered,
// and whether one that deletes came before it.
type applied struct {
	cloud  *simcloud.Cloud
	engine *cleanup.Engine
	doc    cleanup.Document

	with   func(cleanup.Options) *cleanup.Engine // another one
	loader *inventory.Loader
}

func toApply(t *testing.T, met func(sent bool)) *applied {
	t.Helper()
	cloud := simcloud.New(simcloud.Options{Size: simcloud.Empty})
	cloud.AddPool("11111111-1111-1111-1111-000000000001", "first")
	cloud.AddPool("11111111-1111-1111-1111-000000000002", "second")
	var planned, sent atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if planned.Load() {
			met(sent.Load())
		}
		if r.Method != http.MethodGet {
			sent.Store(true)
		}
		cloud.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	v := &served{url: server.URL, cloud: cloud, account: cloud.Account()}
	s, err := v.profile("sim").Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	loader := inventory.NewLoader(s.Client, inventory.Scope{Profile: s.Profile, Region: s.Region, Project: s.Project})
	from := inventory.Last(loader.Load(t.Context(), inventory.Pools))
	a := &applied{cloud: cloud, loader: loader}
	a.with = func(o cleanup.Options) *cleanup.Engine { return cleanup.NewEngine(s.Deleter, loader, o) }
	a.engine = a.with(cleanup.Options{})
	a.doc.Where = whereIs(profile.Profile{}, s)
	for _, r := range from.Listing(inventory.Pools).Resources.All() {
		plan, err := cleanup.NewPlan([]inventory.Ref{r.Ref}, from, cleanup.Choice{})
		if err != nil || len(plan.Items) != 1 {
			t.Fatal(plan, err)
		}
		a.doc.Steps = append(a.doc.Steps, cleanup.Stage{Name: r.Name, Plan: plan})
	}
	planned.Store(true)
	return a
}

// deaf is a reader that goes away once it has read a word.
type deaf struct {
	bytes.Buffer
	word string
}

func (d *deaf) Write(p []byte) (int, error) {
	if strings.Contains(d.String(), d.word) {
		return 0, errors.New("broken pipe")
	}
	return d.Buffer.Write(p)
}

// Once it was told to end, or nobody reads any more, no further step begins: the status says so, and stderr which ones.
func TestNoFurtherStepIsBegun(t *testing.T) {
	for name, c := range map[string]struct {
		signal func(sent bool) bool // that arrives with this request
		early  bool                 // or before all
		steps  int                  // of the plan; 0 = both
		reads  string               // the last word that is read
		gone   int                  // pools
		says   string
	}{
		"a signal before the first": {
			early: true,
			says:  "interrupted by a signal; 2 of 2 steps were not begun: first, second",
		},
		"a signal before the only one": {
			early: true, steps: 1,
			says: "interrupted by a signal; nothing is deleted",
		},
		"a signal while the first is looked at": {
			signal: func(bool) bool { return true },
			says:   "interrupted by a signal: nothing was sent; 1 of 2 steps was not begun: second",
		},
		"a signal while the first is proved": {
			signal: func(sent bool) bool { return sent },
			gone:   1, says: "interrupted by a signal; 1 of 2 steps was not begun: second",
		},
		"nobody reads what the first came to": {
			reads: `"event":"ended"`,
			gone:  1, says: "broken pipe; 1 of 2 steps was not begun: second",
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			defer end()
			a := toApply(t, func(sent bool) {
				if c.signal != nil && c.signal(sent) {
					end()
				}
			})
			if c.early {
				end()
			}
			cmd := &cobra.Command{}
			cmd.SetContext(ctx)
			cmd.SetOut(&deaf{word: c.reads})
			if c.reads == "" {
				cmd.SetOut(io.Discard)
			}
			cmd.SetErr(io.Discard)
			doc := a.doc
			doc.Steps = doc.Steps[:cmp.Or(c.steps, len(doc.Steps))]
			err := execute(cmd, "ndjson", a.engine, doc, "d1ge57")
			if status(err) != statusInterrupted || !strings.Contains(oneLine(err), c.says) {
				t.Errorf("status %d, %v; want %d, %q", status(err), err, statusInterrupted, c.says)
			}
			there := 0
			for _, s := range a.doc.Steps {
				if a.cloud.Has(s.Plan.Items[0].Resource.Ref.ID) {
					there++
				}
			}
			if there != 2-c.gone {
				t.Errorf("%d pools are there, want %d", there, 2-c.gone)
			}
		})
	}
}

// What may be gone and could not be looked up is to be looked at again; only what is there for certain is told otherwise.
func TestARunThatIsNotProvedSaysHowToLookAgain(t *testing.T) {
	for name, c := range map[string]struct {
		fail func(sent bool) bool // the connection breaks
		says string
	}{
		"no proof":  {func(sent bool) bool { return sent }, "not everything is known to be gone; janitor verify "},
		"no answer": {func(bool) bool { return true }, "not everything is gone; janitor runs "},
	} {
		t.Run(name, func(t *testing.T) {
			a := toApply(t, func(sent bool) {
				if c.fail(sent) {
					panic(http.ErrAbortHandler)
				}
			})
			cmd := &cobra.Command{}
			cmd.SetContext(t.Context())
			cmd.SetOut(io.Discard)
			cmd.SetErr(io.Discard)
			a.doc.Steps = a.doc.Steps[:1]
			if err := execute(cmd, "table", a.engine, a.doc, ""); status(err) != statusFailed || !strings.Contains(oneLine(err), c.says) {
				t.Errorf("status %d, %v; want %q", status(err), err, c.says)
			}
		})
	}
}
