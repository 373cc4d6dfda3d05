package addresses

import (
	"net/netip"
	"strings"
	"testing"
)

func TestSizeOfEntries(t *testing.T) {
	for _, tt := range []struct{ ip, size string }{
		{"10.0.0.1", "1"},
		{"10.0.0.1/32", "1"},
		{"10.0.0.7/24", "256"},
		{"0.0.0.0/0", "4294967296"},
		{"10.0.0.1-10.0.0.9", "9"},
		{"10.0.0.1 - 10.0.0.1", "1"},
		{"0.0.0.0-255.255.255.255", "4294967296"},
		{"::1", "1"},
		{"2001:db8::/96", "4294967296"},
		{"2001:db8::/95", "2^33"},
		{"2001:db8::/64", "2^64"},
		{"2001:db8::/32", "2^96"},
		{"::/0", "2^128"},
		{"2001:db8::1-2001:db8:0:1::1", ">2^64"},
		{"2001:db8::-2001:db8:0:2::", ">2^65"},
		{"10.0.0.9-10.0.0.1", ""},
		{"10.0.0.1-::1", ""},
		{"fe80::1%eth0", ""},
		{"10.0.0.0/33", ""},
		{"somewhere", ""},
		{"", ""},
	} {
		if got := Parse(tt.ip).Size(); got != tt.size {
			t.Errorf("%s: %q, want %q", tt.ip, got, tt.size)
		}
	}
}

func TestSizesInOrder(t *testing.T) {
	order := []string{"nothing", "10.0.0.1", "10.0.0.0/31", "10.0.0.0-10.0.0.2", "0.0.0.0/0", "::/95", "::/64", "::-::1:0:0:0:1", "::/0"}
	for i, a := range order {
		for j, b := range order {
			got := Parse(a).CompareSize(Parse(b))
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}

func TestSpellingsOfOneEntry(t *testing.T) {
	same := [][]string{
		{"0.0.0.0", "0.0.0.0/32", " 0.0.0.0 "},
		{"::1", "0:0:0:0:0:0:0:1", "::1/128", "0000::0001"},
		{"2001:DB8::/32", "2001:db8:0:0::/32"},
		{"::1-::2", "0:0::1-0:0::2", "::1 - ::2"},
		{"10.0.0.0/24"},
		{"10.0.0.5/24"}, // the documents do not say that host bits do not count
		{"::ffff:10.0.0.1"},
		{"10.0.0.1"},
		{"10.0.0.1-10.0.0.1"},
		{"what is this"},
		{"What is this"},
	}
	for i, group := range same {
		for j, other := range same {
			for _, a := range group {
				for _, b := range other {
					if got := KeyOf(a) == KeyOf(b); got != (i == j) {
						t.Errorf("%q and %q are the same: %v", a, b, got)
					}
				}
			}
		}
	}
}

// FuzzBlock: whatever an entry looks like, its block, size and spelling agree with each other and with net/netip.
func FuzzBlock(f *testing.F) {
	for _, ip := range []string{"10.0.0.1", "10.0.0.0/24", "10.0.0.1-10.0.0.9", "::1/128", "::-::ffff", "0.0.0.0/0", "a-b", "-", "/", "1.2.3.4/", "::1%x"} {
		f.Add(ip)
	}
	f.Fuzz(func(t *testing.T, ip string) {
		b := Parse(ip)
		if b.Low.IsValid() != b.High.IsValid() {
			t.Fatalf("half a block: %+v", b)
		}
		if (b.Size() == "") != !b.Low.IsValid() {
			t.Fatalf("size %q of %+v", b.Size(), b)
		}
		if b.Low.IsValid() && b.High.Less(b.Low) {
			t.Fatalf("upside down: %+v", b)
		}
		p, ok := b.Prefix()
		if ok && (p.Masked().Addr() != b.Low || lastOf(b.Low, p.Bits()) != b.High) {
			t.Fatalf("%+v is not %s", b, p)
		}
		if _, err := netip.ParsePrefix(ip); err == nil && !ok {
			t.Fatalf("%+v is a block", b)
		}
		if again := Parse(ip); b.CompareSize(again) != 0 || b.Compare(again) != 0 {
			t.Fatalf("%+v differs from itself", b)
		}
		if s := KeyOf(ip); s != KeyOf(strings.TrimSpace(ip)) || s != KeyOf(" "+ip+" ") {
			t.Fatalf("spaces around %q matter", ip)
		}
		if p, err := netip.ParsePrefix(ip); err == nil {
			if !p.Masked().Contains(b.Low) || !p.Contains(b.High) || KeyOf(p.String()) != KeyOf(ip) {
				t.Fatalf("%s is %+v", p, b)
			}
			if next := b.High.Next(); next.IsValid() && p.Contains(next) {
				t.Fatalf("%s ends before %s", p, next)
			}
		}
	})
}
