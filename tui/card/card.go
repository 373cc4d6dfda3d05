// Package card draws what is known of one resource: its verdict and why, who uses it, what is worth a look, its fields.
// The detail screen fills the frame with it, the browse screen shows it beside a wide table.
package card

import (
	"strings"
	"time"

	"janitor/client/inventory"
	"janitor/tui/theme"
)

// State is the glyph and the role that go with the word of a verdict.
func State(t *theme.Theme, s inventory.State) (string, theme.Role) {
	switch s {
	case inventory.Unused:
		return t.Free, theme.Good
	case inventory.InUse:
		return t.Used, theme.Text
	case inventory.Protected:
		return t.Kept, theme.Info
	default:
		return t.Unsure, theme.Warn
	}
}

// indent of what stands under a heading.
const indent = "  "

// Lines are painted and at most w columns wide. Text that does not fit goes on in the next line, so that nothing is
// hidden. The graph is that of the snapshot that r is from; times are seen from now.
func Lines(t *theme.Theme, r inventory.Resource, g *inventory.Graph, now time.Time, w int) []string {
	c := card{t: t, now: now, w: w}
	c.title(r)
	c.why(r)
	c.uses(r, g)
	if len(r.Verdict.Signs) > 0 {
		c.heading("Worth a look")
		for _, s := range r.Verdict.Signs {
			c.item(t.Paint(theme.Warn, t.Left), s, "")
		}
	}
	c.fields(r)
	return c.lines
}

type card struct {
	t     *theme.Theme
	now   time.Time
	w     int
	lines []string
}

func (c *card) title(r inventory.Resource) {
	for _, line := range theme.Wrap(r.Label(), c.w) {
		c.lines = append(c.lines, c.t.Paint(theme.Title, line))
	}
	kind, err := inventory.Lookup(r.Ref.Kind)
	if err != nil {
		return
	}
	what := kind.One
	if r.In != "" {
		if parent, err := inventory.Lookup(kind.Within); err == nil {
			what += " in " + parent.One + " " + r.In
		}
	}
	for _, line := range theme.Wrap(what, c.w) {
		c.lines = append(c.lines, c.t.Paint(theme.Muted, line))
	}
}

func (c *card) why(r inventory.Resource) {
	glyph, role := State(c.t, r.Verdict.State)
	c.lines = append(c.lines, "", c.t.Paint(role, theme.Fit(glyph+" "+r.Verdict.State.String(), min(c.w, 12))))
	for i, reason := range r.Verdict.Reasons {
		c.item(c.branch(i, len(r.Verdict.Reasons)), reason.Text, strings.TrimSpace(reason.Via+" "+reason.By))
	}
}

// uses lists the references that are no reason of the verdict, because something stronger is.
func (c *card) uses(r inventory.Resource, g *inventory.Graph) {
	var uses []inventory.Use
	said := map[string]bool{}
	for _, reason := range r.Verdict.Reasons {
		said[reason.By+" "+reason.Via] = true
	}
	for _, u := range g.Uses(r.Ref.Kind, r.Ref.ID) {
		if !said[u.By+" "+u.Via] {
			uses = append(uses, u)
		}
	}
	if len(uses) == 0 {
		return
	}
	c.heading("Used by")
	for i, u := range uses {
		c.item(c.branch(i, len(uses)), u.Text, u.Via+" "+u.By)
	}
}

func (c *card) fields(r inventory.Resource) {
	kind, err := inventory.Lookup(r.Ref.Kind)
	if err != nil || kind.Fields == nil {
		return
	}
	c.heading("Fields")
	fields := kind.Fields(r, c.now)
	name := 0
	for _, f := range fields {
		name = max(name, theme.Width(f.Name))
	}
	name = min(name, c.w/2)
	for _, f := range fields {
		head := indent + c.t.Paint(theme.Muted, theme.Fit(f.Name, name)) + indent
		for _, line := range theme.Wrap(f.Value, c.w-name-2*len(indent)) {
			c.lines = append(c.lines, head+line)
			head = strings.Repeat(" ", name+2*len(indent))
		}
	}
}

func (c *card) heading(s string) {
	c.lines = append(c.lines, "", c.t.Paint(theme.Heading, theme.Fit(s, min(c.w, theme.Width(s)))))
}

// item is a line with a sign before it; the source stands behind in a quiet tone, or below where there is no room.
func (c *card) item(sign, text, source string) {
	lead := indent + sign + " "
	room := c.w - len(indent) - 2
	if source != "" && theme.Width(text)+2+theme.Width(source) <= room {
		c.lines = append(c.lines, lead+text+"  "+c.t.Paint(theme.Muted, source))
		return
	}
	for _, line := range theme.Wrap(text, room) {
		c.lines = append(c.lines, lead+line)
		lead = indent + indent
	}
	if source != "" {
		for _, line := range theme.Wrap(source, room) {
			c.lines = append(c.lines, indent+indent+c.t.Paint(theme.Muted, line))
		}
	}
}

// branch draws the twig before item i of n.
func (c *card) branch(i, n int) string {
	if i == n-1 {
		return c.t.Paint(theme.Border, "└")
	}
	return c.t.Paint(theme.Border, "├")
}
