package inventory

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// What many rows say is kept once, though others lie between them; what only one says stays its own.
func TestVerdictsAreShared(t *testing.T) {
	var known recent
	given := map[*Verdict]int{}
	for i := range 100 {
		own := []Reason{{Text: fmt.Sprint("listener ", i), By: fmt.Sprint(i)}}
		for _, v := range []Verdict{
			{State: Unused, Reasons: []Reason{{Text: "no listener"}}},
			{State: InUse, Reasons: own},
			{State: Unused, Reasons: []Reason{{Text: "no listener"}}, Signs: []string{"empty"}},
			{State: Unused, Reasons: []Reason{{Text: "no listener"}}, Signs: []string{"empty"}, Partial: true},
		} {
			kept := known.share(v)
			if !reflect.DeepEqual(*kept, v) {
				t.Fatalf("%+v becomes %+v", v, *kept)
			}
			given[kept]++
		}
	}
	if len(given) != 3+100 {
		t.Errorf("%d verdicts are kept", len(given))
	}
}

// Of a verdict that differs in its signs the reasons are kept once all the same.
func TestReasonsAreShared(t *testing.T) {
	var known recent
	first := known.share(Verdict{State: InUse, Reasons: []Reason{{Text: "listener web-443"}}})
	if v := known.share(Verdict{State: InUse, Reasons: slices.Clone(first.Reasons), Signs: []string{"empty"}}); v == first || &v.Reasons[0] != &first.Reasons[0] {
		t.Errorf("%+v shares nothing, or too much", v)
	}
}
