package cleanup

import (
	"errors"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	stage := func(n, listed int) Stage {
		p := Plan{Items: make([]Item, n)}
		for i := range p.Items {
			p.Items[i].Resource.Ref.Kind = things
		}
		return Stage{Listed: listed, Plan: p}
	}
	for name, test := range map[string]struct {
		limits Limits
		steps  []Stage
		want   string // "" = within
	}{
		"none":                 {Limits{}, []Stage{stage(1000, 1000)}, ""},
		"as many as allowed":   {Limits{Items: 50}, []Stage{stage(50, 50)}, ""},
		"one more":             {Limits{Items: 50}, []Stage{stage(51, 5000)}, "51 items are more than the limit of 50, --max-items 51"},
		"two steps together":   {Limits{Items: 50}, []Stage{stage(30, 100), stage(21, 100)}, "51 items"},
		"a fifth":              {Limits{Percent: 20}, []Stage{stage(20, 100)}, ""},
		"more than a fifth":    {Limits{Percent: 20}, []Stage{stage(21, 100)}, "21 of 100 things are more than the limit of 20 %, --max-percent 21"},
		"nine of nine are few": {Limits{Percent: 20}, []Stage{stage(9, 9)}, ""},
		"of an unknown number": {Limits{Percent: 20}, []Stage{stage(10, 0)}, "--max-percent 100"},
		"steps of one kind":    {Limits{Percent: 20}, []Stage{stage(6, 50), stage(6, 50)}, "12 of 50 things"},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.limits.Check(test.steps...)
			got := ""
			if e, ok := errors.AsType[*Excess](err); ok {
				got = e.Text + ", " + e.Flag
			}
			if (err == nil) != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %v %q, want %q", err, got, test.want)
			}
		})
	}
}
