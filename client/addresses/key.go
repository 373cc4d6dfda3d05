package addresses

import (
	"net/netip"
	"strings"
)

// Key is the same for all ways to write an entry: 0.0.0.0 is 0.0.0.0/32, ::1 is 0:0:0:0:0:0:0:1 and ::1/128 (api.md 2.9).
// Blocks with other host bits are other entries. Keys are comparable.
type Key struct {
	from, to netip.Addr
	lead     int    // of a block, as long as the address for a single one
	other    string // what is none of the three forms, as it is
}

// KeyOf is the key of an entry as it is written.
func KeyOf(s string) Key {
	s = strings.TrimSpace(s)
	if p, err := netip.ParsePrefix(s); err == nil {
		return Key{from: p.Addr(), lead: p.Bits()}
	}
	if a := ParseOne(s); a.IsValid() {
		return Key{from: a, lead: a.BitLen()}
	}
	if from, to, ok := strings.Cut(s, "-"); ok {
		if a, b := ParseOne(from), ParseOne(to); a.IsValid() && b.IsValid() {
			return Key{from: a, to: b}
		}
	}
	return Key{other: s}
}
