package addresses

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// Block is the addresses from Low to High, both included, of one family. The zero Block covers nothing.
type Block struct{ Low, High netip.Addr }

// Parse reads an address, a CIDR block (its host bits do not matter) or a range a-b. What is none of them covers nothing.
func Parse(s string) Block {
	if from, to, isRange := strings.Cut(s, "-"); isRange {
		low, high := ParseOne(from), ParseOne(to)
		if !low.IsValid() || low.BitLen() != high.BitLen() || high.Less(low) {
			return Block{}
		}
		return Block{low, high}
	}
	if strings.Contains(s, "/") {
		p, err := netip.ParsePrefix(strings.TrimSpace(s))
		if err != nil {
			return Block{}
		}
		low := p.Masked().Addr()
		return Block{low, lastOf(low, p.Bits())}
	}
	a := ParseOne(s)
	return Block{a, a}
}

// ParseOne reads a single address; the zero Addr when it is none, or one with a zone.
func ParseOne(s string) netip.Addr {
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}
	}
	return a
}

// ParseStrict is [Parse] for what a user types. Errors are clauses: it is none of the three forms, or a CIDR block with host
// bits, for who writes 10.0.0.5/8 may mean either.
func ParseStrict(s string) (Block, error) {
	if p, err := netip.ParsePrefix(strings.TrimSpace(s)); err == nil && p.Masked() != p {
		return Block{}, fmt.Errorf("%s is not the beginning of a block: %s is", p.Addr(), p.Masked())
	}
	b := Parse(s)
	if !b.Valid() {
		return Block{}, fmt.Errorf("%q is no address, CIDR block or range", s)
	}
	return b, nil
}

// lastOf is the last address of the block of that many leading bits.
func lastOf(low netip.Addr, lead int) netip.Addr {
	b := low.AsSlice()
	for i := lead; i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	high, _ := netip.AddrFromSlice(b)
	return high
}

// Valid says whether it covers something.
func (b Block) Valid() bool { return b.Low.IsValid() }

// Everything says whether it covers every address of its family.
func (b Block) Everything() bool {
	return b.Valid() && b.Low.IsUnspecified() && b.High == lastOf(b.Low, 0)
}

// String is a single address, or "first-last".
func (b Block) String() string {
	if b.Low == b.High {
		return b.Low.String()
	}
	return b.Low.String() + "-" + b.High.String()
}

// Encloses says whether it covers all of o; both cover something.
func (b Block) Encloses(o Block) bool {
	return b.Low.Compare(o.Low) <= 0 && o.High.Compare(b.High) <= 0 // all of IPv4 comes before all of IPv6
}

// more is how many addresses there are beyond the first one, as a number of 128 bits.
func (b Block) more() (hi, lo uint64) {
	if !b.Valid() {
		return 0, 0
	}
	from, to := b.Low.As16(), b.High.As16()
	lo, borrow := bits.Sub64(binary.BigEndian.Uint64(to[8:]), binary.BigEndian.Uint64(from[8:]), 0)
	hi, _ = bits.Sub64(binary.BigEndian.Uint64(to[:8]), binary.BigEndian.Uint64(from[:8]), borrow)
	return hi, lo
}

// Number is how many addresses it covers; beyond 2^53 it is rounded.
func (b Block) Number() float64 {
	if !b.Valid() {
		return 0
	}
	hi, lo := b.more()
	return math.Ldexp(float64(hi), 64) + float64(lo) + 1
}

// Size is the number of addresses in words: exact up to 2^32, then as a power of two; "" when it covers nothing.
func (b Block) Size() string {
	if !b.Valid() {
		return ""
	}
	hi, lo := b.more()
	if hi == 0 && lo < 1<<32 {
		return strconv.FormatUint(lo+1, 10)
	}
	// The number is more+1: a block of n bits has n ones in more.
	length := bitLen(hi, lo)
	if bits.OnesCount64(hi)+bits.OnesCount64(lo) == length {
		return "2^" + strconv.Itoa(length)
	}
	return ">2^" + strconv.Itoa(length-1)
}

func bitLen(hi, lo uint64) int {
	if hi != 0 {
		return 64 + bits.Len64(hi)
	}
	return bits.Len64(lo)
}

// CompareSize puts what covers nothing first.
func (b Block) CompareSize(o Block) int {
	known := func(b Block) int { return min(b.Low.BitLen(), 1) }
	bhi, blo := b.more()
	ohi, olo := o.more()
	return cmp.Or(cmp.Compare(known(b), known(o)), cmp.Compare(bhi, ohi), cmp.Compare(blo, olo))
}

// Prefix is the CIDR block of exactly these addresses, if there is one.
func (b Block) Prefix() (p netip.Prefix, ok bool) {
	hi, lo := b.more()
	length := bitLen(hi, lo)
	if !b.Valid() || bits.OnesCount64(hi)+bits.OnesCount64(lo) != length {
		return netip.Prefix{}, false
	}
	p = netip.PrefixFrom(b.Low, b.Low.BitLen()-length)
	return p, p.Masked() == p
}

// Compare orders by the first address, wider blocks before what they contain; what covers nothing comes last.
func (b Block) Compare(o Block) int {
	switch {
	case b.Valid() && o.Valid():
		return cmp.Or(b.Low.Compare(o.Low), o.High.Compare(b.High))
	case b.Valid():
		return -1
	case o.Valid():
		return 1
	}
	return 0
}

// position is where the block stands as seen from a: 0 when it holds a.
func (b Block) position(a netip.Addr) int {
	switch {
	case b.High.Less(a):
		return -1
	case a.Less(b.Low):
		return 1
	}
	return 0
}
