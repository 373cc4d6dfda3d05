package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/profile"
)

// breakOff N WHEN [KIND]: a run that deletes N unused pools, or others that cannot be brought back, of the profile "simulated" is broken off: "early" before its first
// request, "late" when one is in flight, "never". Its name goes to $RUN. WHEN "held" leaves it running until the script ends.
func breakOff(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: breakoff N WHEN [KIND]")
	}
	kind := inventory.Pools
	if len(args) > 2 {
		kind = inventory.KindID(args[2])
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	p, err := profile.Find(profile.Choice{Profile: "simulated", Lookup: func(name string) (string, bool) {
		if name != "JANITOR_CONFIG" {
			return "", false
		}
		return ts.MkAbs("config.yaml"), true
	}})
	ts.Check(err)
	ctx, abort := context.WithTimeout(context.Background(), 30*time.Second)
	defer abort()
	s, err := p.Open(ctx)
	ts.Check(err)
	defer s.Close()
	loader := inventory.NewLoader(s.Client, inventory.Scope{Profile: s.Profile, Region: s.Region, Project: s.Project})
	from := inventory.Last(loader.Load(ctx, kind))
	var marked []inventory.Ref
	for _, r := range from.Listing(kind).Resources.All() {
		undo, _ := from.Listing(kind).Kind.Deletion.Undo(r)
		if len(marked) < n && r.Verdict.State == inventory.Unused && (undo == inventory.Impossible) == (len(args) > 2) {
			marked = append(marked, r.Ref)
		}
	}
	plan, err := cleanup.NewPlan(marked, from, cleanup.Choice{})
	ts.Check(err)
	if len(plan.Items) != n {
		ts.Fatalf("%d unused, want %d", len(plan.Items), n)
	}
	h := cleanup.NewHistory(ts.MkAbs("janitor"), "test")
	begin := h.Journal(whereIs(p, s))
	if args[1] == "held" {
		j, err := begin(plan)
		ts.Check(err)
		ts.Check(j.Sync()) // until its first line is on disk it was not begun
		ts.Defer(func() { j.Close() })
		ts.Check(j.Sync())
	} else {
		run := cleanup.NewEngine(s.Deleter, loader, cleanup.Options{Journal: begin}).Start(ctx, plan)
		(&progress{}).follow(run, func(ev cleanup.Event) {
			switch {
			case args[1] == "early" && ev.Step == cleanup.Checking:
				run.Interrupt()
			case args[1] == "late" && ev.Step == cleanup.Sent:
				abort()
			}
		})
		run.Wait()
		ts.Check(run.Unrecorded())
	}
	all, err := h.All()
	ts.Check(err)
	ts.Setenv("RUN", all[0].ID)
}

// mend HOW: the journal of $RUN is "torn", "edited", made "foreign" or "unwritable".
func mend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mend HOW")
	}
	dir := ts.MkAbs(filepath.Join("janitor", "runs", ts.Getenv("RUN")))
	path := filepath.Join(dir, "journal.ndjson")
	data, err := os.ReadFile(path)
	ts.Check(err)
	switch args[0] {
	case "torn":
		data = append(data, `{"n":99,"at":"2026`...)
	case "edited":
		data = []byte(strings.Replace(string(data), `"user":"`, `"user":"x`, 1))
	case "foreign":
		plan := filepath.Join(dir, "plan.json")
		text, err := os.ReadFile(plan)
		ts.Check(err)
		ts.Check(os.WriteFile(plan, []byte(strings.Replace(string(text), `"name": "`, `"name": "x`, 1)), 0o600))
	case "unwritable":
		if _, _, err := journal.Read(data); err != nil {
			ts.Fatalf("%v", err)
		}
		ts.Check(os.Mkdir(filepath.Join(dir, "lock.json.d"), 0o700))
		ts.Check(os.Remove(filepath.Join(dir, "lock.json")))
		ts.Check(os.Rename(filepath.Join(dir, "lock.json.d"), filepath.Join(dir, "lock.json")))
	default:
		ts.Fatalf("unknown: %s", args[0])
	}
	ts.Check(os.WriteFile(path, data, 0o600))
}

// newest NAME: the name of the run that was begun last goes to $NAME.
func newest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newest NAME")
	}
	all, err := cleanup.NewHistory(ts.MkAbs("janitor"), "test").All()
	ts.Check(err)
	ts.Setenv(args[0], all[0].ID)
}
