package table

import (
	"cmp"
	"slices"

	"janitor/client/search"
	"janitor/tui/theme"
)

// Source is the rows of a table in their own order. It must not change once it was prepared.
type Source[K comparable] interface {
	Len() int
	Key(i int) K                          // what the row is, whatever place it takes; of rows with the same key the first is shown
	Cell(i, col int) (string, theme.Role) // asked only for rows on screen and a few others
	Compare(col, i, j int) int            // by this column
	Text(i int) string                    // what the filter searches
}

// Lacking is a [Source] that knows which rows say nothing in a column: they stand last, in reverse too.
type Lacking interface{ Lacks(i, col int) bool }

// Sort is an order of rows. A column that does not exist leaves the order of the source.
type Sort struct {
	Column  int
	Reverse bool
}

// View is a source made ready to be shown: sorted, with an index of its keys. It is never changed.
type View[K comparable] struct {
	src   Source[K]
	sort  Sort
	order []int32 // row of the source at each position
	place []int32 // position of each row of the source
	index index[K]
	texts *texts // nil: made row by row while a filter goes through them

	narrow bool    // only the positions in kept are shown
	kept   []int32 // rising; shared between views of the same order, never written to
}

// texts are the folded texts of all positions, one after the other.
type texts struct {
	all  []byte
	ends []uint32
}

func (t *texts) at(pos int32) []byte {
	start := uint32(0)
	if pos > 0 {
		start = t.ends[pos-1]
	}
	return t.all[start:t.ends[pos]]
}

// Prepare does the work that grows with the number of rows; run it in a command. Rows that compare equal keep the order
// of the source, in reverse too.
func Prepare[K comparable](src Source[K], s Sort) *View[K] {
	n := src.Len()
	v := &View[K]{
		src: src, sort: s,
		order: make([]int32, 0, n), place: make([]int32, n), index: newIndex(n, src.Key),
	}
	for i := range n {
		if v.index.add(i) {
			v.order = append(v.order, int32(i))
		}
	}
	switch {
	case s.Column >= 0:
		sign := 1
		if s.Reverse {
			sign = -1
		}
		lacks := make([]bool, n)
		if l, ok := src.(Lacking); ok {
			for i := range lacks {
				lacks[i] = l.Lacks(i, s.Column)
			}
		}
		slices.SortFunc(v.order, func(a, b int32) int {
			switch {
			case lacks[a] && !lacks[b]:
				return 1
			case lacks[b] && !lacks[a]:
				return -1
			}
			if c := src.Compare(s.Column, int(a), int(b)); c != 0 {
				return sign * c
			}
			return cmp.Compare(a, b)
		})
	case s.Reverse:
		slices.Reverse(v.order)
	}
	for pos, row := range v.order {
		v.place[row] = int32(pos)
	}
	return v
}

// Searchable is the same view with the texts of all rows at hand, or without them: they take more memory than all else that
// it holds, and only a filter reads them. Without them each filter costs as much as making them: run it in a command.
func (v *View[K]) Searchable(on bool) *View[K] {
	if on == (v.texts != nil) {
		return v
	}
	n := *v
	n.texts = nil
	if on {
		n.texts = &texts{all: make([]byte, 0, 80*len(v.order)), ends: make([]uint32, len(v.order))}
		for pos, row := range v.order {
			n.texts.all = search.AppendFolded(n.texts.all, v.src.Text(int(row)))
			n.texts.ends[pos] = uint32(len(n.texts.all))
		}
	}
	return &n
}

// Narrow is the same view with only those rows to be shown that keep says, by row of the source; rows beyond its end are
// not shown. nil shows all. Its cost grows with the number of rows: run it in a command.
func (v *View[K]) Narrow(keep []bool) *View[K] {
	n := *v
	n.narrow, n.kept = keep != nil, nil
	for pos, row := range v.order {
		if int(row) < len(keep) && keep[row] {
			n.kept = append(n.kept, int32(pos))
		}
	}
	return &n
}

// narrowed: some rows are not shown, whatever the filter says.
func (v *View[K]) narrowed() bool { return v != nil && v.narrow }

// sameRows: the views are of the same source in the same order, narrowed or not.
func (v *View[K]) sameRows(o *View[K]) bool {
	return v != nil && o != nil && len(v.order) > 0 && len(v.order) == len(o.order) && &v.order[0] == &o.order[0]
}

// Sort is the order the rows are in.
func (v *View[K]) Sort() Sort {
	if v == nil {
		return Sort{}
	}
	return v.sort
}

// Len is the number of rows.
func (v *View[K]) Len() int {
	if v == nil {
		return 0
	}
	return len(v.order)
}

// key of a position.
func (v *View[K]) key(pos int) K { return v.src.Key(int(v.order[pos])) }

// find gives the position of a key.
func (v *View[K]) find(k K) (int, bool) {
	if v == nil {
		return 0, false
	}
	row, ok := v.index.find(k)
	if !ok {
		return 0, false
	}
	return int(v.place[row]), true
}

// match appends the positions that are kept and whose text the words let through.
func (v *View[K]) match(words search.Words, dst []int32) []int32 {
	if v == nil {
		return dst
	}
	var folded []byte
	text := func(pos int32) []byte {
		folded = search.AppendFolded(folded[:0], v.src.Text(int(v.order[pos])))
		return folded
	}
	if v.texts != nil {
		text = v.texts.at
	}
	if v.narrow {
		for _, pos := range v.kept {
			if words.Match(text(pos)) {
				dst = append(dst, pos)
			}
		}
		return dst
	}
	for pos := range int32(len(v.order)) {
		if words.Match(text(pos)) {
			dst = append(dst, pos)
		}
	}
	return dst
}
