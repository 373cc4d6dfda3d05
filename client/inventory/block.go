package inventory

import (
	"cmp"
	"encoding/binary"
	"math/big"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// block is the addresses an entry covers, both ends included; zero when the entry is no address, block or range.
type block struct{ low, high netip.Addr }

// parseBlock reads the three forms of an entry: an address, a CIDR block (its host bits do not matter), a range a-b.
func parseBlock(ip string) block {
	if from, to, isRange := strings.Cut(ip, "-"); isRange {
		low, high := parseAddr(from), parseAddr(to)
		if !low.IsValid() || low.BitLen() != high.BitLen() || high.Less(low) {
			return block{}
		}
		return block{low, high}
	}
	if strings.Contains(ip, "/") {
		p, err := netip.ParsePrefix(strings.TrimSpace(ip))
		if err != nil {
			return block{}
		}
		low := p.Masked().Addr()
		return block{low, lastOf(low, p.Bits())}
	}
	a := parseAddr(ip)
	return block{a, a}
}

func parseAddr(s string) netip.Addr {
	a, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}
	}
	return a
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

func (b block) everything() bool {
	return b.low.IsValid() && b.low.IsUnspecified() && b.high == lastOf(b.low, 0)
}

// more is how many addresses there are beyond the first one, as a number of 128 bits.
func (b block) more() (hi, lo uint64) {
	if !b.low.IsValid() {
		return 0, 0
	}
	from, to := b.low.As16(), b.high.As16()
	lo, borrow := bits.Sub64(binary.BigEndian.Uint64(to[8:]), binary.BigEndian.Uint64(from[8:]), 0)
	hi, _ = bits.Sub64(binary.BigEndian.Uint64(to[:8]), binary.BigEndian.Uint64(from[:8]), borrow)
	return hi, lo
}

// merged are the same addresses as blocks in order of which none overlaps another. It sorts and overwrites its argument,
// whose blocks all cover something.
func merged(blocks []block) []block {
	slices.SortFunc(blocks, func(a, b block) int { return a.low.Compare(b.low) })
	out := blocks[:0]
	for _, b := range blocks {
		if len(out) > 0 {
			if last := &out[len(out)-1]; b.low.Compare(last.high) <= 0 {
				if last.high.Less(b.high) {
					last.high = b.high
				}
				continue
			}
		}
		out = append(out, b)
	}
	return out
}

// without adds to out what a covers and b does not; all three are merged.
func without(out, a, b []block) []block {
	for _, r := range a {
		for len(b) > 0 && b[0].high.Less(r.low) {
			b = b[1:]
		}
		for _, taken := range b {
			if r.high.Less(taken.low) {
				break
			}
			if r.low.Less(taken.low) {
				out = append(out, block{r.low, taken.low.Prev()})
			}
			if r.low = taken.high.Next(); !taken.high.Less(r.high) {
				r = block{}
				break
			}
		}
		if r.low.IsValid() {
			out = append(out, r)
		}
	}
	return out
}

// coverAll: these merged blocks together cover all of b.
func coverAll(b block, sets ...[]block) bool {
	for need := b.low; ; {
		var reach netip.Addr // the end of the block that holds need and reaches furthest
		for _, s := range sets {
			i, found := slices.BinarySearchFunc(s, need, block.place)
			if found && reach.Less(s[i].high) {
				reach = s[i].high
			}
		}
		switch {
		case !reach.IsValid():
			return false
		case !reach.Less(b.high):
			return true
		}
		need = reach.Next()
	}
}

// place is where the block stands as seen from a: 0 when it holds a.
func (b block) place(a netip.Addr) int {
	switch {
	case b.high.Less(a):
		return -1
	case a.Less(b.low):
		return 1
	}
	return 0
}

// every address of a family.
var (
	every4 = parseBlock("0.0.0.0/0")
	every6 = parseBlock("::/0")
)

// sizes counts the addresses of merged blocks.
func sizes(blocks []block) (v4, v6 *big.Int) {
	var n [2]sum
	for _, b := range blocks {
		n[b.low.BitLen()/128].add(b)
	}
	return n[0].number(), n[1].number()
}

// sum is a number of addresses: of so many blocks, and so many more. All of IPv6 fits.
type sum struct{ blocks, hi, lo uint64 }

func (s *sum) add(b block) {
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

// size is the number of addresses: exact up to 2^32, then as a power of two; "" when it covers nothing known.
func (b block) size() string {
	if !b.low.IsValid() {
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

// compareSize puts what covers nothing first.
func (b block) compareSize(o block) int {
	known := func(b block) int { return min(b.low.BitLen(), 1) }
	bhi, blo := b.more()
	ohi, olo := o.more()
	return cmp.Or(cmp.Compare(known(b), known(o)), cmp.Compare(bhi, ohi), cmp.Compare(blo, olo))
}

// prefix is the CIDR block of exactly these addresses, if there is one.
func (b block) prefix() (p netip.Prefix, ok bool) {
	hi, lo := b.more()
	length := bitLen(hi, lo)
	if !b.low.IsValid() || bits.OnesCount64(hi)+bits.OnesCount64(lo) != length {
		return netip.Prefix{}, false
	}
	p = netip.PrefixFrom(b.low, b.low.BitLen()-length)
	return p, p.Masked() == p
}

// compare orders by the first address, wider blocks before what they contain; what covers nothing comes last.
func (b block) compare(o block) int {
	switch {
	case b.low.IsValid() && o.low.IsValid():
		return cmp.Or(b.low.Compare(o.low), o.high.Compare(b.high))
	case b.low.IsValid():
		return -1
	case o.low.IsValid():
		return 1
	}
	return 0
}

// spelling is an entry in the form that does not depend on how it is written: 0.0.0.0 is 0.0.0.0/32, ::1 is
// 0:0:0:0:0:0:0:1 and ::1/128 (api.md 2.9). Blocks with other host bits are other entries. Comparable.
type spelling struct {
	from, to netip.Addr
	lead     int    // of a block, as long as the address for a single one
	other    string // what is none of the three forms, as it is
}

func spell(ip string) spelling {
	ip = strings.TrimSpace(ip)
	if p, err := netip.ParsePrefix(ip); err == nil {
		return spelling{from: p.Addr(), lead: p.Bits()}
	}
	if a := parseAddr(ip); a.IsValid() {
		return spelling{from: a, lead: a.BitLen()}
	}
	if from, to, ok := strings.Cut(ip, "-"); ok {
		if a, b := parseAddr(from), parseAddr(to); a.IsValid() && b.IsValid() {
			return spelling{from: a, to: b}
		}
	}
	return spelling{other: ip}
}
