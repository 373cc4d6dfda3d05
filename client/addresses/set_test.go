package addresses

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// atom is one of the addresses that the sets of the model are made of: the first and last few of each family.
func atom(n int) netip.Addr {
	a := netip.MustParseAddr([]string{"0.0.0.0", "255.255.255.248", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff8"}[n/8])
	for range n % 8 {
		a = a.Next()
	}
	return a
}

const atoms = 4 * 8

// someBlocks are blocks at random, with the atoms that they cover.
func someBlocks(d *rand.Rand) (blocks []Block, covers [atoms]bool) {
	for range d.IntN(5) {
		from := d.IntN(atoms)
		to := from + d.IntN(8-from%8)
		blocks = append(blocks, Block{atom(from), atom(to)})
		for n := from; n <= to; n++ {
			covers[n] = true
		}
	}
	return blocks, covers
}

// TestSetsAreWhatCountingSays: sets are merged, subtracted, counted and compared as address by address.
func TestSetsAreWhatCountingSays(t *testing.T) {
	const seed = 7
	d := rand.New(rand.NewPCG(seed, 0))
	for n := range 20_000 {
		blocksA, inA := someBlocks(d)
		blocksB, inB := someBlocks(d)
		a, b := Merge(blocksA), Merge(blocksB)
		rest := a.AppendWithout(nil, b)
		asked := d.IntN(atoms)
		last := asked + d.IntN(8-asked%8)
		wantCover := true
		var want [2]int64
		for i := range atoms {
			if in := slices.ContainsFunc(rest, func(b Block) bool { return b.position(atom(i)) == 0 }); in != (inA[i] && !inB[i]) {
				t.Fatalf("seed %d, world %d: %v less %v is %v: %s is in it: %v", seed, n, a, b, rest, atom(i), in)
			}
			if inA[i] {
				want[i/16]++
			}
			if asked <= i && i <= last && !inA[i] && !inB[i] {
				wantCover = false
			}
		}
		if v4, v6 := a.Numbers(); v4.Int64() != want[0] || v6.Int64() != want[1] {
			t.Fatalf("seed %d, world %d: %v has %d and %d addresses, want %d", seed, n, a, v4, v6, want)
		}
		if got := Cover(Block{atom(asked), atom(last)}, a, b); got != wantCover {
			t.Fatalf("seed %d, world %d: %v and %v cover %s to %s: %v", seed, n, a, b, atom(asked), atom(last), got)
		}
	}
}

func TestAllAddressesAreCounted(t *testing.T) {
	v4, v6 := Merge([]Block{Parse("::/0"), Parse("128.0.0.0/1"), Parse("0.0.0.0/1"), Parse("10.0.0.0/8")}).Numbers()
	if v4.Cmp(big.NewInt(1<<32)) != 0 || v6.Cmp(new(big.Int).Lsh(big.NewInt(1), 128)) != 0 {
		t.Errorf("%d and %d", v4, v6)
	}
}

func TestWhatUsersTypeIsReadStrictly(t *testing.T) {
	for typed, want := range map[string]string{
		"10.0.0.1": "10.0.0.1", "10.0.0.0/24": "10.0.0.0-10.0.0.255", "::1-::2": "::1-::2",
		"10.0.0.5/8": "10.0.0.5 is not the beginning of a block: 10.0.0.0/8 is",
		"10.0.0.2-1": `"10.0.0.2-1" is no address, CIDR block or range`,
	} {
		b, err := ParseStrict(typed)
		if got := fmt.Sprint(b); err == nil && got != want || err != nil && err.Error() != want {
			t.Errorf("%q: %s, %v, want %s", typed, got, err, want)
		}
	}
}

func TestFamiliesAreApart(t *testing.T) {
	every4, every6, mapped := Parse("0.0.0.0/0"), Parse("::/0"), Parse("::ffff:10.0.0.1")
	if !every4.Everything() || !every6.Everything() || Parse("0.0.0.0/1").Everything() || (Block{}).Everything() {
		t.Error("every address")
	}
	if every4.Encloses(mapped) || !every6.Encloses(mapped) || every6.Encloses(Parse("10.0.0.1")) || !every4.Encloses(every4) {
		t.Error("one family encloses the other")
	}
	if n := every6.Number(); n != 0x1p128 {
		t.Errorf("%g addresses", n)
	}
}
