package cleanup

import (
	"fmt"
	"maps"
	"slices"

	"janitor/client/inventory"
)

// Limits are how much one plan may delete, so that a filter that matches too much deletes nothing. The zero value sets no
// limit.
type Limits struct {
	Items   int // of a plan; 0 = no limit
	Percent int // of all that are listed of a kind; 0 = no limit. It holds from percentFrom items on
}

// percentFrom: below, a percentage says nothing. One of three is much, and is what somebody wanted.
const percentFrom = 10

// Excess is more than a limit allows.
type Excess struct {
	Text string // "51 items are more than the limit of 50"
	Flag string // what would allow it on the command line: "--max-items 51"
}

func (e *Excess) Error() string { return e.Text }

// Check says why the steps delete too much, as an [*Excess], nil when they do not.
func (l Limits) Check(steps ...Stage) error {
	items := 0
	doomed, listed := map[inventory.KindID]int{}, map[inventory.KindID]int{}
	for _, s := range steps {
		items += len(s.Plan.Items)
		for _, it := range s.Plan.Items {
			kind := it.Resource.Ref.Kind
			doomed[kind]++
			listed[kind] = max(listed[kind], s.Listed)
		}
	}
	if l.Items > 0 && items > l.Items {
		return &Excess{fmt.Sprintf("%d items are more than the limit of %d", items, l.Items), fmt.Sprintf("--max-items %d", items)}
	}
	for _, kind := range slices.Sorted(maps.Keys(doomed)) {
		n, all := doomed[kind], listed[kind]
		if l.Percent > 0 && n >= percentFrom && n*100 > l.Percent*all {
			return &Excess{
				fmt.Sprintf("%d of %d %s are more than the limit of %d %%", n, all, kind, l.Percent),
				fmt.Sprintf("--max-percent %d", min(100, (n*100+max(all, 1)-1)/max(all, 1))),
			}
		}
	}
	return nil
}
