package browse

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/table"
	"janitor/tui/theme"
)

// columns are what the table of a kind shows: the kind's own columns, with verdict and reason near the name.
type columns struct {
	kind   *inventory.Kind
	order  []int // index into kind.Columns, or one of the two below
	states [inventory.Protected + 1]string
	roles  [inventory.Protected + 1]theme.Role

	tags          map[string]string           // of parents that are called as others are
	gone, goneWhy string                      // in place of a verdict and its reasons
	ours          map[inventory.Ref]time.Time // of the screen; read on the event loop only
}

const (
	verdictColumn = -1
	whyColumn     = -2
)

// layOut orders the columns. The name of the parent stands beside that of the row when there are several parents, and
// at the end, in the wide layout, when there is only one.
func layOut(env *screen.Env, kind *inventory.Kind, parents int) (*columns, []table.Column) {
	c := &columns{kind: kind}
	c.gone, c.goneWhy = card.Gone(env.Theme)
	for s := range c.states {
		glyph, role := card.State(env.Theme, inventory.State(s))
		c.states[s], c.roles[s] = glyph+" "+inventory.State(s).String(), role
	}
	var before, after []int
	for i, col := range kind.Columns {
		if col.Hidden {
			continue
		}
		if i == 0 || col.Parent && parents > 1 {
			before = append(before, i)
		} else {
			after = append(after, i)
		}
	}
	c.order = slices.Concat(before, []int{verdictColumn, whyColumn}, after)

	letters := letters{taken: bound(env.Keys)}
	heads := make([]table.Column, len(c.order))
	for i, o := range c.order {
		h := &heads[i]
		switch o {
		case verdictColumn:
			*h = table.Column{Title: "VERDICT", Width: 11}
		case whyColumn:
			*h = table.Column{Title: "WHY", Width: 28, Min: 24, Flex: true}
			switch {
			case kind.Deletion == nil: // the same for most rows: "callers not listed"
				h.Width, h.Min = 18, 18
			case parents > 1:
				h.Min = 18
			}
		default:
			col := kind.Columns[o]
			*h = table.Column{Title: col.Title, Right: col.Right, Width: col.Width, Extra: col.Extra || col.Parent && parents == 1}
			if o == 0 {
				h.Flex, h.Min = true, 16
				if kind.Within != "" {
					h.Min = 22 // of an address that is cut nobody knows which it is: 10.20.120.5-10.20.120.9
				}
			}
		}
		h.Hot = letters.take(h.Title)
	}
	return c, heads
}

// letters gives each column a letter of its heading to sort by.
type letters struct{ taken map[rune]bool }

// bound are the capitals that mean something else on this screen.
func bound(m keys.Map) map[rune]bool {
	taken := map[rune]bool{}
	for r := 'A'; r <= 'Z'; r++ {
		if _, ok := m.Action(keys.Browse, string(r)); ok {
			taken[r] = true
		}
	}
	return taken
}

func (l letters) take(title string) rune {
	for _, r := range title {
		if unicode.IsUpper(r) && !l.taken[r] {
			l.taken[r] = true
			return r
		}
	}
	return 0
}

// rows is a listing as a table sees it.
type rows struct {
	*columns
	items  inventory.Rows
	at     time.Time // ages are seen from here
	listed time.Time // by our clock
}

func (r *rows) Len() int                { return r.items.Len() }
func (r *rows) Key(i int) inventory.Ref { return r.items.At(i).Ref }

func (r *rows) Cell(i, col int) (string, theme.Role) {
	item := r.items.At(i)
	switch o := r.order[col]; o {
	case verdictColumn:
		if r.deleted(item.Ref) {
			return r.gone, theme.Muted
		}
		s := min(item.Verdict.State, inventory.Protected)
		return r.states[s], r.roles[s]
	case whyColumn:
		if r.deleted(item.Ref) {
			return r.goneWhy, theme.Muted
		}
		return why(item.Verdict), r.whyRole(item.Verdict)
	case 0:
		role := theme.Text
		if r.deleted(item.Ref) {
			role = theme.Muted
		}
		return r.kind.Columns[0].Value(item, r.at), role
	default:
		if c := r.kind.Columns[o]; c.Parent {
			return theme.Tagged(c.Value(item, r.at), r.tags[item.Ref.Parent], c.Width), theme.Muted
		}
		return r.kind.Columns[o].Value(item, r.at), theme.Muted
	}
}

// deleted: a run of this session has deleted it since it was listed.
func (r *rows) deleted(ref inventory.Ref) bool {
	at := r.ours[ref]
	return !at.IsZero() && !at.Before(r.listed)
}

func (r *rows) whyRole(v inventory.Verdict) theme.Role {
	if len(v.Signs) > 0 || v.State == inventory.Unknown {
		return theme.Warn
	}
	return theme.Muted
}

// why is the first reason, how many more there are, and what else is worth a look. That comes first, for the cell may have room
// for no more: why something is unused is the same for all that is, and who uses it is in the detail too. What must not be
// touched, or is not known, has to say why.
func why(v inventory.Verdict) string {
	reason := v.Why()
	switch {
	case len(v.Signs) == 0:
		return reason
	case reason == "":
		return strings.Join(v.Signs, ", ")
	case v.State == inventory.Unused, v.State == inventory.InUse:
		return strings.Join(v.Signs, ", ") + ", " + reason
	}
	return reason + ", " + strings.Join(v.Signs, ", ")
}

// rank is the order of the verdict column: what can be cleaned up comes first.
var rank = [inventory.Protected + 1]int{inventory.Unused: 0, inventory.Unknown: 1, inventory.InUse: 2, inventory.Protected: 3}

// Compare ends ties by name and id: lists that load side by side arrive in any order.
func (r *rows) Compare(col, i, j int) int {
	if c := r.compare(col, i, j); c != 0 {
		return c
	}
	a, b := r.items.At(i), r.items.At(j)
	return cmp.Or(r.kind.Columns[0].Compare(a, b), strings.Compare(a.Ref.ID, b.Ref.ID), strings.Compare(a.Ref.Parent, b.Ref.Parent))
}

func (r *rows) compare(col, i, j int) int {
	a, b := r.items.At(i), r.items.At(j)
	switch o := r.order[col]; o {
	case verdictColumn:
		return cmp.Compare(rank[min(a.Verdict.State, inventory.Protected)], rank[min(b.Verdict.State, inventory.Protected)])
	case whyColumn:
		return strings.Compare(why(a.Verdict), why(b.Verdict))
	default:
		return r.kind.Columns[o].Compare(a, b)
	}
}

// Lacks: what has no time, or none that is known, is neither young nor old.
func (r *rows) Lacks(i, col int) bool {
	o := r.order[col]
	return o >= 0 && !r.kind.Columns[o].Data(r.items.At(i), r.at).Known
}

// Text is where the filter looks for plain words.
func (r *rows) Text(i int) string {
	item := r.items.At(i)
	return filter.Text(r.kind, &item, r.at)
}
