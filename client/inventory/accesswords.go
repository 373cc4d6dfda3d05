package inventory

import (
	"math/big"
	"strconv"
	"strings"
)

// consequence says a change in words. Its key is what the listener makes of its IP groups, whatever the numbers: those are
// smaller when the plan is checked again and some of the entries are gone already.
func (c *change) consequence() Consequence {
	out := Consequence{
		Of: c.of, Grade: c.grade(), Key: c.By + " " + c.Via + " " + c.Access.String(),
		Much: []*big.Int{c.v4, c.v6, big.NewInt(int64(c.odd))},
		Text: c.text(),
	}
	if c.drained != "" { // as S2 has it (api.md 2.9)
		out.Text += "; IP group " + c.drained + " is left empty, which may stand for every address"
	}
	if out.Grade == Danger {
		out.Name = c.name
	}
	return out
}

// text is what the listener does then.
func (c *change) text() (text string) {
	says := c.says()
	switch {
	case c.empty:
		text = c.Text + " " + says.empty + c.unless("some")
	case c.all4 || c.all6:
		text = c.Text + " no longer " + says.covers + " every " + c.families() + " address: " + says.changes + " " + c.amount()
	case c.closes():
		text = c.Text + " " + says.covers + " no " + c.families() + " address any more: " + says.changes + " " + c.amount()
	case c.example.IsValid():
		text = c.Text + " " + says.changes + " " + c.amount()
	case c.odd > 0:
		return c.Text + " loses " + oddEntries(c.odd)
	default:
		return "nothing changes for " + c.Text + ": other entries cover the same addresses"
	}
	if c.Access.Off {
		if !c.empty {
			text += ","
		}
		text += " once its access control is switched on"
	}
	odd := c.odd + c.oddLeft
	if c.empty {
		odd = c.oddLeft // whatever the others cover, it goes
	}
	if c.empty && c.example.IsValid() {
		text += ": " + says.loses + " " + c.count()
	}
	if odd > 0 {
		text += " (not counting " + oddEntries(odd) + ")"
	}
	return text
}

// verbs are what a listener does when the union of its IP groups shrinks.
type verbs struct{ covers, changes, empty, loses string }

// says: the documents disagree about what an empty group means (api.md 2.9). This is the reading of the user guides;
// S2 has it that an empty one stands for any address.
func (c *change) says() verbs {
	switch {
	case c.blind(), c.Access.Odd:
		return verbs{"lists", "shuts out or lets in", "is left with an empty IP group: it lets nobody or everybody in", "shuts out or lets in"}
	case c.Access.Black:
		return verbs{"keeps out", "lets in", "lets everybody in", "no longer keeps out"}
	}
	return verbs{"lets in", "shuts out", "lets nobody in", "shuts out"}
}

// unless names what could make it less bad: groups of the listener that are not listed.
func (c *change) unless(them string) string {
	switch {
	case c.blind() || c.hidden == 0:
		return ""
	case c.hidden == 1:
		return " unless its other IP group lists " + them
	}
	return " unless its other IP groups list " + them
}

// families are those of which every address was covered, or of which none is any more.
func (c *change) families() string {
	switch {
	case c.all4 && c.all6:
		return "IPv4 and every IPv6"
	case c.all4, c.no4 && !c.all6:
		return "IPv4"
	}
	return "IPv6"
}

// amount is the count and what could make it less.
func (c *change) amount() string {
	text := c.count()
	if unless := c.unless("them"); unless != "" {
		text += "," + unless
	}
	return text
}

// count: "1 address: 10.1.2.0", "1 IPv4 and 2^64 IPv6 addresses, such as 10.1.2.0". Where groups that are not listed may
// cover some of them it is the most that there can be.
func (c *change) count() string {
	var text, such string
	switch {
	case c.v6.Sign() == 0:
		text, such = addressesOf(c.v4, ""), ": "
	case c.v4.Sign() == 0:
		text, such = addressesOf(c.v6, " IPv6"), ": "
	default:
		text = grouped(c.v4) + " IPv4 and " + addressesOf(c.v6, " IPv6")
	}
	if such == "" || strings.HasSuffix(text, "addresses") {
		such = ", such as "
	}
	text += such + c.example.String()
	if c.blind() || c.hidden > 0 {
		text = "up to " + text
	}
	return text
}

func addressesOf(n *big.Int, family string) string {
	text := grouped(n) + family + " address"
	if n.Cmp(big.NewInt(1)) != 0 {
		text += "es"
	}
	return text
}

func oddEntries(n int) string {
	if n == 1 {
		return "1 entry that is no address"
	}
	return strconv.Itoa(n) + " entries that are no addresses"
}

// grouped is a number with its digits in threes, kept together by spaces that do not break, lest the end of a line cuts it
// short: 65 536. Exact powers of two beyond 10^15 are written as such.
func grouped(n *big.Int) string {
	if k := n.BitLen() - 1; k >= 50 && n.TrailingZeroBits() == uint(k) {
		return "2^" + strconv.Itoa(k)
	}
	digits := n.String()
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString("\u00a0")
		}
		b.WriteRune(d)
	}
	return b.String()
}
