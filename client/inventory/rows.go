package inventory

import "slices"

// Rows are the resources of a listing, in the order they were listed; they never change. A hundred thousand of them take
// the room of their objects and verdicts: all else that a [Resource] says is in its object, and is put together when it
// is asked for.
type Rows struct {
	kind *Kind
	home ScopeID
	rows []row

	whole []Resource // instead of rows, without a kind
}

// row is what is kept of a resource.
type row struct {
	object  Object
	verdict *Verdict // shared with its neighbours; nil: the zero one
}

// RowsOf are these resources as they are.
func RowsOf(whole ...Resource) Rows { return Rows{whole: whole} }

// Len is how many there are.
func (r Rows) Len() int { return len(r.rows) + len(r.whole) }

// At is one of them, from 0.
func (r Rows) At(i int) Resource {
	if r.kind == nil {
		return r.whole[i]
	}
	res := r.kind.row(r.home, r.rows[i].object)
	if v := r.rows[i].verdict; v != nil {
		res.Verdict = *v
	}
	return res
}

// All are all of them, put together at once: for who needs them so, and has the room.
func (r Rows) All() []Resource {
	all := make([]Resource, r.Len())
	for i := range all {
		all[i] = r.At(i)
	}
	return all
}

func (r Rows) any(is func(Resource) bool) bool {
	for i := range r.Len() {
		if is(r.At(i)) {
			return true
		}
	}
	return false
}

// with gives the rows with some changed.
func (r Rows) with(changed map[int]*Resource) Rows {
	r.rows, r.whole = slices.Clone(r.rows), slices.Clone(r.whole)
	for i, res := range changed {
		if r.kind == nil {
			r.whole[i] = *res
		} else {
			r.rows[i] = row{res.Object, &res.Verdict}
		}
	}
	return r
}

// Same says whether they are the very same: snapshots share what has not changed.
func (r Rows) Same(o Rows) bool { return same(r.rows, o.rows) && same(r.whole, o.whole) }

func same[T any](a, b []T) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }

// recent are the last verdicts of each state. Most rows say what one of them says, and share it.
type recent struct {
	of [Protected + 1]struct {
		last [8]*Verdict
		next int
	}
	verdicts shelf[Verdict]
	signs    shelf[string]
	texts    textShelf // of signs
}

// share gives a verdict as what was said of a recent row, where that is the same; at least its reasons or its signs may be.
func (r *recent) share(v Verdict) *Verdict {
	of := &r.of[v.State]
	known := false // the signs
	for _, k := range of.last {
		if k == nil {
			break
		}
		alike, signs := slices.Equal(v.Reasons, k.Reasons), slices.Equal(v.Signs, k.Signs)
		if alike && signs && v.Partial == k.Partial {
			return k
		}
		if alike {
			v.Reasons = k.Reasons
		}
		if signs {
			v.Signs, known = k.Signs, true
		}
	}
	if !known && len(v.Signs) > 0 {
		v.Signs = r.signs.put(v.Signs...)
		for i, sign := range v.Signs {
			v.Signs[i] = r.texts.put(sign)
		}
	}
	own := &r.verdicts.put(v)[0]
	of.last[of.next%len(of.last)] = own
	of.next++
	return own
}
