package cleanup

import (
	"slices"
	"testing"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// What an undo has brought back is not what came back by itself: the verify of the run that deleted it says who did.
func TestTheVerifyOfWhatWasUndone(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 3})
	some, from := lab.entriesOf(3)
	past := lab.delete(some, from, Choice{})
	verify := func(p *Past) *Ledger {
		t.Helper()
		p = lab.history.Read(p.ID)
		j, err := lab.history.Verify(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(t.Context(), lab.loader, p.Ledger, j); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		p = lab.history.Read(p.ID)
		if p.Err != nil {
			t.Fatal(p.Err)
		}
		return p.Ledger
	}
	says := func(l *Ledger) (all []string) {
		for i := range l.Items {
			all = append(all, l.Items[i].Found.Says(l.Items[i].Result.Outcome, l.Items[i].Back))
		}
		return all
	}
	if got := verify(past); got.Findings() != (Findings{Right: 3}) {
		t.Errorf("%+v", got.Findings())
	}
	lab.undo(past)
	undo := lab.newest()
	back := "brought back by " + undo.ID
	got := verify(past)
	if f := got.Findings(); f != (Findings{Back: 3}) || !f.OK() || !f.Any() || !slices.Equal(says(got), []string{back, back, back}) {
		t.Errorf("%+v, %q", f, says(got))
	}
	if got := verify(undo); got.Findings() != (Findings{Right: 3}) || !slices.Equal(says(got), []string{"there", "there", "there"}) {
		t.Errorf("%+v, %q", got.Findings(), says(got))
	}

	// It is deleted again: the older run is right again, and the newer one is asked in its turn.
	inside := inventory.Last(lab.loader.Open(t.Context(), inventory.Entries, inventory.Parents(some)))
	again := lab.delete(some, inside, Choice{})
	if got := verify(past); got.Findings() != (Findings{Right: 3}) {
		t.Errorf("%+v", got.Findings())
	}
	if got := verify(undo); got.Findings() != (Findings{Wrong: 3}) || says(got)[0] != "gone again" {
		t.Errorf("%+v, %q", got.Findings(), says(got))
	}
	if got := verify(again); got.Findings() != (Findings{Right: 3}) {
		t.Errorf("%+v", got.Findings())
	}
}
