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

// Gone is what stands in place of the verdict and its reasons once a run of this session has deleted something.
func Gone(t *theme.Theme) (word, why string) { return t.OK + " deleted", "by a run of this session" }

// indent of what stands under a heading.
const indent = "  "

// Lines are painted and at most w columns wide. Text that does not fit goes on in the next line, so that nothing is
// hidden. The graph is that of the snapshot that r is from, gone that it has been deleted since; times are seen from now.
func Lines(t *theme.Theme, r inventory.Resource, g *inventory.Graph, gone bool, now time.Time, w int) []string {
	c := card{t: t, now: now, w: w}
	c.head(r, kindOf(r), gone)
	c.uses(r, g)
	c.fields(r)
	return c.lines
}

// Head is the first part of a card: what it is, its verdict and why, what is worth a look; or that it is gone.
func Head(t *theme.Theme, r inventory.Resource, gone bool, w int) []string {
	c := card{t: t, w: w}
	c.head(r, kindOf(r), gone)
	return c.lines
}

// Fields is the last part of a card.
func Fields(t *theme.Theme, r inventory.Resource, now time.Time, w int) []string {
	c := card{t: t, now: now, w: w}
	c.fields(r)
	return c.lines
}

// Heading is what stands above a part of a card, with an empty line before it.
func Heading(t *theme.Theme, s string, w int) []string {
	return []string{"", t.Paint(theme.Heading, theme.Fit(s, min(w, theme.Width(s))))}
}

type card struct {
	t     *theme.Theme
	now   time.Time
	w     int
	lines []string
}

// kindOf is nil when the kind is not known.
func kindOf(r inventory.Resource) *inventory.Kind {
	kind, err := inventory.Lookup(r.Ref.Kind)
	if err != nil {
		return nil
	}
	return kind
}

func (c *card) head(r inventory.Resource, kind *inventory.Kind, gone bool) {
	c.title(r, kind)
	if gone {
		word, why := Gone(c.t)
		c.lines = append(c.lines, "", c.t.Paint(theme.Muted, theme.Fit(word, min(c.w, theme.Width(word)))))
		c.tree([]inventory.Branch{{Text: why}})
		return
	}
	if kind == nil || kind.Judge != nil { // else nobody has judged it
		c.why(r.Verdict)
	}
	c.signs(r.Verdict)
}

func (c *card) title(r inventory.Resource, kind *inventory.Kind) {
	for _, line := range theme.Wrap(r.Label(), c.w) {
		c.lines = append(c.lines, c.t.Paint(theme.Title, line))
	}
	if kind == nil {
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

func (c *card) why(v inventory.Verdict) {
	glyph, role := State(c.t, v.State)
	c.lines = append(c.lines, "", c.t.Paint(role, theme.Fit(glyph+" "+v.State.String(), min(c.w, 12))))
	causes := make([]inventory.Branch, len(v.Reasons))
	for i, r := range v.Reasons {
		causes[i] = inventory.Branch{Text: r.Text, Via: strings.TrimSpace(r.Via + " " + r.By)}
	}
	c.tree(causes)
}

func (c *card) signs(v inventory.Verdict) {
	if len(v.Signs) == 0 {
		return
	}
	c.heading("Worth a look")
	for _, s := range v.Signs {
		lead := indent + c.t.Paint(theme.Warn, c.t.Left) + " "
		for _, line := range theme.Wrap(s, c.w-len(indent)-2) {
			c.lines = append(c.lines, lead+line)
			lead = indent + indent
		}
	}
}

// uses lists the references that are no reason of the verdict, because something stronger is.
func (c *card) uses(r inventory.Resource, g *inventory.Graph) {
	said := map[string]bool{}
	for _, reason := range r.Verdict.Reasons {
		said[reason.By+" "+reason.Via] = true
	}
	var users []inventory.Branch
	for _, u := range g.Uses(r.Ref.Kind, r.Ref.ID) {
		if !said[u.By+" "+u.Via] {
			users = append(users, inventory.Branch{Text: u.Text, Via: u.Via + " " + u.By})
		}
	}
	if len(users) > 0 {
		c.heading("Used by")
		c.tree(users)
	}
}

func (c *card) tree(of []inventory.Branch) {
	for _, n := range Nodes(of) {
		c.lines = append(c.lines, n.Lines(c.t, c.w, false)...)
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

func (c *card) heading(s string) { c.lines = append(c.lines, Heading(c.t, s, c.w)...) }
