package addresses

import (
	"math/big"
	"math/bits"
	"net/netip"
	"slices"
)

// Set is addresses as blocks in order, IPv4 first, of which none overlaps another: see [Merge].
type Set []Block

// Merge makes a set of blocks that all cover something. It sorts and overwrites them.
func Merge(blocks []Block) Set {
	slices.SortFunc(blocks, func(a, b Block) int { return a.Low.Compare(b.Low) })
	out := blocks[:0]
	for _, b := range blocks {
		if len(out) > 0 {
			if last := &out[len(out)-1]; b.Low.Compare(last.High) <= 0 {
				if last.High.Less(b.High) {
					last.High = b.High
				}
				continue
			}
		}
		out = append(out, b)
	}
	return out
}

// AppendWithout adds to out what s covers and other does not.
func (s Set) AppendWithout(out, other Set) Set {
	for _, r := range s {
		for len(other) > 0 && other[0].High.Less(r.Low) {
			other = other[1:]
		}
		for _, taken := range other {
			if r.High.Less(taken.Low) {
				break
			}
			if r.Low.Less(taken.Low) {
				out = append(out, Block{r.Low, taken.Low.Prev()})
			}
			if r.Low = taken.High.Next(); !taken.High.Less(r.High) {
				r = Block{}
				break
			}
		}
		if r.Valid() {
			out = append(out, r)
		}
	}
	return out
}

// Cover says whether these sets together cover all of b.
func Cover(b Block, sets ...Set) bool {
	for need := b.Low; ; {
		var reach netip.Addr // the end of the block that holds need and reaches furthest
		for _, s := range sets {
			i, found := slices.BinarySearchFunc(s, need, Block.position)
			if found && reach.Less(s[i].High) {
				reach = s[i].High
			}
		}
		switch {
		case !reach.IsValid():
			return false
		case !reach.Less(b.High):
			return true
		}
		need = reach.Next()
	}
}

// Numbers are how many addresses of each family it covers.
func (s Set) Numbers() (v4, v6 *big.Int) {
	var n [2]sum
	for _, b := range s {
		n[b.Low.BitLen()/128].add(b)
	}
	return n[0].number(), n[1].number()
}

// sum is a number of addresses: of so many blocks, and so many more. All of IPv6 fits.
type sum struct{ blocks, hi, lo uint64 }

func (s *sum) add(b Block) {
	hi, lo := b.more()
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += hi + carry
	s.blocks++
}

func (s *sum) number() *big.Int {
	n := new(big.Int).SetUint64(s.hi)
	n.Lsh(n, 64)
	n.Add(n, new(big.Int).SetUint64(s.lo))
	return n.Add(n, new(big.Int).SetUint64(s.blocks))
}
