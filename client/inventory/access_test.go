package inventory

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"janitor/client"
)

// graphOf is what the two lists say, one of listeners and one of IP groups.
func graphOf(listed []client.Listener, groups []client.IPGroup) *Graph {
	rows := make([]Resource, len(listed))
	for i := range listed {
		rows[i] = listenerRow(Scope{}.ID(), new(listenerOf(&listed[i])))
	}
	l := partOf(listenerKind, rows)
	rows = make([]Resource, len(groups))
	for i := range groups {
		rows[i] = ipGroupRow(Scope{}.ID(), &groups[i])
	}
	return newGraph(time.Time{}, map[ListID]part{listeners: l, groupsList: partOf(ipGroups, rows)}, []*Kind{entries})
}

// partOf is what a list of these rows contributes.
func partOf(k *Kind, rows []Resource) part {
	p := part{state: state{done: true}}
	p.take(k, rows)
	k.note(rows, &p)
	return p
}

// The model: a few hundred addresses one by one, and the rest of each half of either family as a whole. No entry of the
// model covers a part of a rest only.

// atom is addresses of which every entry covers all or none; at is one of them.
type atom struct {
	bits int // 32 or 128
	at   *big.Int
	many *big.Int
}

func power(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }

// atoms are 10.9.8.0/24 and 2001:db8::/120 with a neighbour on each side, and the rests.
func atoms() []atom {
	var all []atom
	for _, family := range []struct {
		bits  int
		first string // one before the block of 256
	}{{32, "10.9.7.255"}, {128, "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"}} {
		first, _ := modelAddress(family.first, family.bits)
		for i := range int64(258) {
			all = append(all, atom{family.bits, new(big.Int).Add(first, big.NewInt(i)), big.NewInt(1)})
		}
		half := power(uint(family.bits - 1))
		all = append(all,
			atom{family.bits, big.NewInt(1), new(big.Int).Sub(half, big.NewInt(258))},
			atom{family.bits, new(big.Int).Add(half, big.NewInt(1)), half})
	}
	return all
}

// modelAddress reads an address of the model: dotted, or of eight groups with at most one "::".
func modelAddress(s string, bits int) (*big.Int, bool) {
	n := new(big.Int)
	if bits == 32 {
		octets := strings.Split(s, ".")
		for _, o := range octets {
			v, err := strconv.ParseUint(o, 10, 8)
			if err != nil {
				return nil, false
			}
			n.Add(n.Lsh(n, 8), new(big.Int).SetUint64(v))
		}
		return n, len(octets) == 4
	}
	if before, after, short := strings.Cut(s, "::"); short {
		have := func(s string) int {
			if s == "" {
				return 0
			}
			return strings.Count(s, ":") + 1
		}
		zeros := strings.Repeat("0:", 8-have(before)-have(after))
		if before != "" {
			before += ":"
		}
		s = strings.TrimSuffix(before+zeros+after, ":")
	}
	groups := strings.Split(s, ":")
	for _, g := range groups {
		v, err := strconv.ParseUint(g, 16, 16)
		if err != nil {
			return nil, false
		}
		n.Add(n.Lsh(n, 16), new(big.Int).SetUint64(v))
	}
	return n, len(groups) == 8
}

// modelEntry is from where to where an entry reaches; false for what is no address, block or range.
func modelEntry(ip string) (bits int, low, high *big.Int, ok bool) {
	bits = 32
	if strings.Contains(ip, ":") {
		bits = 128
	}
	if a, b, isRange := strings.Cut(ip, "-"); isRange {
		low, ok1 := modelAddress(strings.TrimSpace(a), bits)
		high, ok2 := modelAddress(strings.TrimSpace(b), bits)
		return bits, low, high, ok1 && ok2 && low.Cmp(high) <= 0
	}
	a, length, isBlock := strings.Cut(strings.TrimSpace(ip), "/")
	lead := bits
	if isBlock {
		var err error
		if lead, err = strconv.Atoi(length); err != nil || lead < 0 || lead > bits {
			return 0, nil, nil, false
		}
	}
	n, ok := modelAddress(a, bits)
	if !ok {
		return 0, nil, nil, false
	}
	size := power(uint(bits - lead))
	low = new(big.Int).Sub(n, new(big.Int).Mod(n, size))
	return bits, low, new(big.Int).Sub(new(big.Int).Add(low, size), big.NewInt(1)), true
}

// model remembers which atoms an entry covers, for the same entries come again and again.
type model struct {
	atoms []atom
	seen  map[string][]bool // nil for what is no address, block or range
}

// cover marks the atoms that an entry covers; false for what is no address, block or range.
func (m *model) cover(ip string, marks []bool) bool {
	covered, seen := m.seen[ip]
	if !seen {
		if bits, low, high, ok := modelEntry(ip); ok {
			for _, a := range m.atoms {
				covered = append(covered, a.bits == bits && low.Cmp(a.at) <= 0 && a.at.Cmp(high) <= 0)
			}
		}
		m.seen[ip] = covered
	}
	for i, c := range covered {
		marks[i] = marks[i] || c
	}
	return covered != nil
}

// dice makes the parts of random worlds.
type dice struct{ *rand.Rand }

func (d dice) pick(of ...string) string { return of[d.IntN(len(of))] }

// address spells one of the addresses of the model; at goes from -1 to 256 within its family.
func (d dice) address(v6 bool, at int) string {
	if !v6 {
		return fmt.Sprintf("10.9.%d.%d", 8+(at>>8), at&255)
	}
	if at < 0 {
		return "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"
	}
	switch d.IntN(4) {
	case 0:
		return fmt.Sprintf("2001:0db8:0000:0000:0000:0000:0000:%04X", at)
	case 1:
		return fmt.Sprintf("2001:DB8:0::%x", at)
	case 2:
		return fmt.Sprintf("2001:db8:0:0:0:0:0:%x", at)
	}
	return fmt.Sprintf("2001:db8::%x", at)
}

func (d dice) entry() string {
	v6 := d.IntN(2) == 0
	long := map[bool]int{false: 32, true: 128}[v6]
	at := d.IntN(258) - 1
	switch n := d.IntN(40); {
	case n < 12:
		return d.address(v6, at)
	case n < 15:
		return d.address(v6, at) + "/" + strconv.Itoa(long)
	case n < 24:
		return d.address(v6, d.IntN(256)) + "/" + strconv.Itoa(long-d.IntN(9))
	case n < 32:
		to := at + d.IntN(257-at)
		return d.address(v6, at) + d.pick("-", " - ", "- ") + d.address(v6, to)
	case n < 34:
		return d.pick("0.0.0.0/0", "10.9.8.7/0", "0.0.0.0-255.255.255.255", "::/0", "2001:db8::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
	case n < 37:
		return d.pick("0.0.0.0/1", "10.9.8.7/1", "0.0.0.0-127.255.255.255", "128.0.0.0/1", "::/1", "8000::/1", "8000::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
	}
	return d.pick("somewhere", "10.9.8.9-10.9.8.1", "10.9.8.0/33", "10.9.8.1-2001:db8::1", "10.9.8", "2001:db8::1::2", "2001:db8::/129", "10.9.8.1-", " somewhere ", "/24", "-")
}

// accessWorld is groups and listeners; the groups are opened, only listed, or not known at all.
type accessWorld struct {
	groups    []client.IPGroup
	opened    []bool
	listed    []bool
	listeners []client.Listener
	doomed    map[[2]string]bool // group, entry
}

func (d dice) world() *accessWorld {
	w := &accessWorld{doomed: map[[2]string]bool{}}
	hidden := []string{"x1", "x2", "l1"}
	for i := range 1 + d.IntN(6) {
		g := client.IPGroup{ID: "g" + strconv.Itoa(i), Name: d.pick("", "name")}
		var entries []client.IPEntry
		for range d.IntN(7) {
			entries = append(entries, client.IPEntry{IP: d.entry()})
		}
		if i > 0 && d.IntN(3) == 0 { // entries of the group before, as they are
			for e := range w.groups[i-1].Entries.All() {
				if d.IntN(2) == 0 {
					entries = append(entries, e)
				}
			}
		}
		g.Entries = client.NewIPEntries(entries...)
		if d.IntN(4) == 0 {
			g.Listeners = client.NewIDs(hidden[d.IntN(len(hidden))])
		}
		w.groups = append(w.groups, g)
		open := d.IntN(4) > 0
		w.opened = append(w.opened, open)
		w.listed = append(w.listed, d.IntN(6) > 0)
		often := d.IntN(4)
		for e := range g.Entries.All() {
			if open && d.IntN(4) <= often {
				w.doomed[[2]string{g.ID, e.IP}] = true
			}
		}
	}
	for i := range 1 + d.IntN(4) {
		var ids []string
		for range 1 + d.IntN(5) {
			ids = append(ids, "g"+strconv.Itoa(d.IntN(len(w.groups))))
		}
		if d.IntN(10) == 0 {
			ids = append(ids, d.pick("vanished", "vanished,lost", "vanished,vanished"))
		}
		l := client.Listener{ID: "l" + strconv.Itoa(i), IPGroup: &client.ListenerIPGroup{
			IDs: strings.Join(ids, d.pick(",", ", ")), Type: d.pick("white", "black"),
		}}
		if d.IntN(4) == 0 {
			l.IPGroup.Enabled = new(bool)
		}
		w.listeners = append(w.listeners, l)
	}
	return w
}

// rows are the resources that janitor would list, and those of them that are doomed.
func (w *accessWorld) rows(d dice) (doomed, present []Resource) {
	for i := range w.groups {
		if !w.opened[i] {
			continue
		}
		for _, r := range entriesOf(Scope{}.ID(), &w.groups[i]) {
			present = append(present, r)
			if w.doomed[[2]string{r.Ref.Parent, r.Ref.ID}] {
				doomed = append(doomed, r)
			}
		}
	}
	d.Shuffle(len(doomed), func(i, j int) { doomed[i], doomed[j] = doomed[j], doomed[i] })
	d.Shuffle(len(present), func(i, j int) { present[i], present[j] = present[j], present[i] })
	return doomed, present
}

// outcome is a change in the words of the model.
type outcome struct {
	v4, v6           string
	empty            bool
	all4, all6       bool
	odd, left, loses int // entries
	hidden           int
	blind            bool
	grade            Grade
}

func (w *accessWorld) black(listener string) bool {
	return slices.ContainsFunc(w.listeners, func(l client.Listener) bool { return l.ID == listener && l.IPGroup.Type == "black" })
}

// want works out by counting what becomes of each listener.
func (w *accessWorld) want(m *model) (map[string]outcome, map[string][]bool) {
	at := map[string]int{}
	for i, g := range w.groups {
		at[g.ID] = i
	}
	applies := map[string][]string{} // listener → groups, as the listener says
	for _, l := range w.listeners {
		for id := range strings.SplitSeq(l.IPGroup.IDs, ",") {
			applies[l.ID] = append(applies[l.ID], strings.TrimSpace(id))
		}
	}
	losers := map[string][]string{} // listener → groups that lose entries, as either says
	for i, g := range w.groups {
		if !slices.ContainsFunc(g.Entries.List(), func(e client.IPEntry) bool { return w.doomed[[2]string{g.ID, e.IP}] }) {
			continue
		}
		for l, ids := range applies {
			if slices.Contains(ids, g.ID) {
				losers[l] = append(losers[l], g.ID)
			}
		}
		for l := range w.groups[i].Listeners.All() {
			if !slices.Contains(losers[l], g.ID) {
				losers[l] = append(losers[l], g.ID)
			}
		}
	}
	outcomes, differences := map[string]outcome{}, map[string][]bool{}
	for l, lose := range losers {
		ids, ok := applies[l]
		o := outcome{blind: !ok, empty: true}
		if o.blind {
			ids = lose
		}
		stays, goes := make([]bool, len(m.atoms)), make([]bool, len(m.atoms))
		oddStays, oddGoes := map[string]bool{}, map[string]bool{}
		unknown := map[string]bool{}
		for _, id := range ids {
			i, exists := at[id]
			known := exists && (w.listed[i] || w.opened[i] && w.groups[i].Entries.Len() > 0)
			if !known {
				unknown[id] = true
				continue
			}
			for e := range w.groups[i].Entries.All() {
				if w.doomed[[2]string{id, e.IP}] {
					continue
				}
				if m.cover(e.IP, stays) {
					o.empty = false
				} else {
					oddStays[strings.TrimSpace(e.IP)] = true
				}
			}
		}
		refs := map[[2]string]bool{}
		for _, id := range lose {
			if !slices.Contains(ids, id) {
				unknown[id] = true
			}
			for e := range w.groups[at[id]].Entries.All() {
				if !w.doomed[[2]string{id, e.IP}] {
					continue
				}
				refs[[2]string{id, e.IP}] = true
				if !m.cover(e.IP, goes) {
					oddGoes[strings.TrimSpace(e.IP)] = true
				}
			}
		}
		drained := slices.ContainsFunc(lose, func(id string) bool {
			return !slices.ContainsFunc(w.groups[at[id]].Entries.List(), func(e client.IPEntry) bool { return !w.doomed[[2]string{id, e.IP}] })
		})
		o.hidden = len(unknown)
		o.loses = len(refs)
		o.left = len(oddStays)
		for text := range oddGoes {
			if !oddStays[text] {
				o.odd++
			}
		}
		count := map[int]*big.Int{32: new(big.Int), 128: new(big.Int)}
		covered := map[int]bool{32: true, 128: true}
		kept := map[int]bool{}
		difference := make([]bool, len(m.atoms))
		for i, a := range m.atoms {
			covered[a.bits] = covered[a.bits] && (stays[i] || goes[i])
			kept[a.bits] = kept[a.bits] || stays[i]
			if difference[i] = goes[i] && !stays[i]; difference[i] {
				count[a.bits].Add(count[a.bits], a.many)
			}
		}
		o.v4, o.v6 = count[32].String(), count[128].String()
		o.all4, o.all6 = covered[32] && o.v4 != "0", covered[128] && o.v6 != "0"
		closed := kept[32] != kept[128] && (o.v4 != "0" && !kept[32] || o.v6 != "0" && !kept[128])
		switch {
		case o.empty || o.all4 || o.all6 || closed && !w.black(l) || drained:
			o.grade = Danger
		case o.v4 != "0" || o.v6 != "0" || o.odd > 0:
			o.grade = Care
		}
		outcomes[l], differences[l] = o, difference
	}
	return outcomes, differences
}

// check compares what janitor says of a world with the model.
func (w *accessWorld) check(d dice, m *model) error {
	var listed []client.IPGroup
	for i, g := range w.groups {
		if w.listed[i] {
			listed = append(listed, g)
		}
	}
	g := graphOf(w.listeners, listed)
	doomed, present := w.rows(d)
	want, differences := w.want(m)
	got := map[string]outcome{}
	for _, c := range changes(doomed, present, g) {
		if _, twice := got[c.By]; twice {
			return fmt.Errorf("listener %s is told twice", c.By)
		}
		got[c.By] = outcome{
			v4: c.v4.String(), v6: c.v6.String(), empty: c.empty, all4: c.all4, all6: c.all6,
			odd: c.odd, left: c.oddLeft, loses: len(c.of), hidden: c.hidden, blind: c.blind(), grade: c.grade(),
		}
		example := slices.Contains(differences[c.By], true)
		if example != c.example.IsValid() {
			return fmt.Errorf("listener %s: example %s, and there is one: %v", c.By, c.example, example)
		}
		if example {
			if err := m.inDifference(differences[c.By], c.example); err != nil {
				return fmt.Errorf("listener %s: %w", c.By, err)
			}
		}
		for _, l := range w.listeners {
			on := l.IPGroup.Enabled == nil
			if l.ID == c.By && (c.Access.Black != (l.IPGroup.Type == "black") || c.Access.Off != !on) {
				return fmt.Errorf("listener %s: %+v of %+v", c.By, c.Access, l.IPGroup)
			}
		}
		if e := c.consequence(); e.Grade != want[c.By].grade || (e.Name != "") != (e.Grade == Danger) || !strings.Contains(e.Text, "listener "+c.By) {
			return fmt.Errorf("listener %s: %+v", c.By, e)
		}
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("got  %+v\nwant %+v", got, want)
	}
	effects := effectsOfEntries(doomed, present, g)
	if len(effects) != len(want) || !slices.IsSortedFunc(effects, func(a, b Consequence) int { return int(b.Grade) - int(a.Grade) }) {
		return fmt.Errorf("effects %+v", effects)
	}
	return nil
}

// inDifference: the address belongs to an atom of the difference.
func (m *model) inDifference(difference []bool, example netip.Addr) error {
	n := new(big.Int).SetBytes(example.AsSlice())
	rest := -1 // the atom that holds all that is no atom of one address
	for i, a := range m.atoms {
		switch {
		case a.bits != example.BitLen():
		case a.many.IsInt64() && a.many.Int64() == 1:
			if a.at.Cmp(n) == 0 {
				rest = i
			}
		case (a.at.Bit(a.bits-1) == n.Bit(a.bits-1)) && rest < 0:
			rest = i
		}
	}
	if rest < 0 || !difference[rest] {
		return fmt.Errorf("%s is no example", example)
	}
	return nil
}

// TestChangesByCounting: in random worlds, what janitor says each listener loses equals what counting says address by
// address.
func TestChangesByCounting(t *testing.T) {
	seed := rand.Uint64()
	m := &model{atoms: atoms(), seen: map[string][]bool{}}
	grades := map[Grade]int{}
	for i := range uint64(4000) {
		d := dice{rand.New(rand.NewPCG(seed, i))}
		w := d.world()
		if err := w.check(d, m); err != nil {
			for i, g := range w.groups {
				t.Logf("group %s, opened %v, listed %v, listeners %v", g.ID, w.opened[i], w.listed[i], g.Listeners)
				for e := range g.Entries.All() {
					t.Logf("    %q doomed %v", e.IP, w.doomed[[2]string{g.ID, e.IP}])
				}
			}
			for _, l := range w.listeners {
				t.Logf("listener %s: %+v", l.ID, *l.IPGroup)
			}
			t.Fatalf("seed %d, world %d: %v", seed, i, err)
		}
		outcomes, _ := w.want(m)
		for _, o := range outcomes {
			grades[o.grade]++
		}
	}
	t.Logf("seed %d: %v", seed, grades)
	for _, g := range []Grade{None, Care, Danger} {
		if grades[g] < 100 {
			t.Errorf("seed %d: only %d listeners with grade %s", seed, grades[g], g)
		}
	}
}

// FuzzChanges: whatever two groups list, what a listener loses is what each stretch between two ends says.
func FuzzChanges(f *testing.F) {
	f.Add("10.0.0.0/24\n10.0.0.1-10.0.0.9\n::/0", "0.0.0.0/0\n::1\nx", uint64(1))
	f.Add("0.0.0.0/1\n128.0.0.0/1", "255.255.255.255", uint64(3))
	f.Add("::ffff:10.0.0.1\n10.0.0.1", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", uint64(5))
	f.Fuzz(func(t *testing.T, a, b string, which uint64) {
		groups := []client.IPGroup{{ID: "a"}, {ID: "b"}}
		for i, list := range []string{a, b} {
			var entries []client.IPEntry
			for line := range strings.SplitSeq(list, "\n") {
				if len(entries) < 20 {
					entries = append(entries, client.IPEntry{IP: client.Clean(line)})
				}
			}
			groups[i].Entries = client.NewIPEntries(entries...)
		}
		g := graphOf([]client.Listener{{ID: "l", IPGroup: &client.ListenerIPGroup{IDs: "a,b"}}}, groups)
		goes := map[Ref]bool{}
		var doomed, present []Resource
		for i := range groups {
			for _, r := range entriesOf(Scope{}.ID(), &groups[i]) {
				if present = append(present, r); which>>(len(present)-1)&1 == 1 {
					doomed = append(doomed, r)
					goes[r.Ref] = true
				}
			}
		}
		all := changes(doomed, present, g)
		if len(all) != min(len(doomed), 1) {
			t.Fatalf("%d changes of one listener", len(all))
		}
		for _, c := range all {
			covers := func(at *big.Int, bits int, going bool) bool {
				return slices.ContainsFunc(present, func(r Resource) bool {
					b := entry(r).covers
					return goes[r.Ref] == going && b.Low.BitLen() == bits &&
						numberOf(b.Low).Cmp(at) <= 0 && at.Cmp(numberOf(b.High)) <= 0
				})
			}
			for bits, got := range map[int]*big.Int{32: c.v4, 128: c.v6} {
				ends := []*big.Int{power(uint(bits))}
				for _, r := range present {
					if b := entry(r).covers; b.Low.BitLen() == bits {
						high := numberOf(b.High)
						ends = append(ends, numberOf(b.Low), high.Add(high, big.NewInt(1)))
					}
				}
				slices.SortFunc(ends, func(a, b *big.Int) int { return a.Cmp(b) })
				want := new(big.Int)
				for i, from := range ends[:len(ends)-1] {
					if covers(from, bits, true) && !covers(from, bits, false) {
						want.Add(want, new(big.Int).Sub(ends[i+1], from))
					}
				}
				if got.Cmp(want) != 0 {
					t.Errorf("%d of %d bits, want %d", got, bits, want)
				}
			}
			if e := c.example; e.IsValid() && (!covers(numberOf(e), e.BitLen(), true) || covers(numberOf(e), e.BitLen(), false)) {
				t.Errorf("%s is no example", e)
			}
			if c.consequence().Text == "" {
				t.Error("no words")
			}
		}
	})
}

func numberOf(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }

func TestGroupedNumbers(t *testing.T) {
	for n, want := range map[string]string{
		"0": "0", "1": "1", "999": "999", "1000": "1_000", "65536": "65_536", "4294967296": "4_294_967_296",
		"562949953421312":                         "562_949_953_421_312",
		"1125899906842624":                        "2^50",
		"1125899906842625":                        "1_125_899_906_842_625",
		"18446744073709551616":                    "2^64",
		"340282366920938463463374607431768211456": "2^128",
		"340282366920938463463374607431768211455": "340_282_366_920_938_463_463_374_607_431_768_211_455",
	} {
		number, _ := new(big.Int).SetString(n, 10)
		if got := strings.ReplaceAll(grouped(number), "\u00a0", "_"); got != want {
			t.Errorf("%s: %s, want %s", n, got, want)
		}
	}
}
