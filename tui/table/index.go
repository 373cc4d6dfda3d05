package table

import "hash/maphash"

// index finds the row of a key. It is a hash table of row numbers and nothing else: a map would hold all keys once more,
// which is more than all that a view needs otherwise.
type index[K comparable] struct {
	key   func(row int) K
	seed  maphash.Seed
	slots []int32 // rows, counted from 1; 0 is free. At least half of them are, so that searches end soon
}

func newIndex[K comparable](rows int, key func(row int) K) index[K] {
	size := 2
	for size < 2*rows {
		size *= 2
	}
	return index[K]{key: key, seed: maphash.MakeSeed(), slots: make([]int32, size)}
}

// slot is where the row of a key stands, or the free place where it would.
func (x *index[K]) slot(k K) *int32 {
	for h := maphash.Comparable(x.seed, k); ; h++ {
		s := &x.slots[h%uint64(len(x.slots))]
		if *s == 0 || x.key(int(*s-1)) == k {
			return s
		}
	}
}

// add notes a row, unless one before it has the same key.
func (x *index[K]) add(row int) bool {
	s := x.slot(x.key(row))
	if *s != 0 {
		return false
	}
	*s = int32(row + 1)
	return true
}

func (x *index[K]) find(k K) (row int, ok bool) {
	s := *x.slot(k)
	return int(s - 1), s != 0
}
