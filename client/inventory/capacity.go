package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"janitor/client/english"
)

// effectsOfMembers looks at each channel as a whole: several members together can be its last ones.
func effectsOfMembers(doomed, present []Resource, g *Graph) []Consequence {
	fates := map[Ref]*fate{} // by channel
	var order []*fate
	goes := make(map[Ref]bool, len(doomed))
	for _, r := range doomed {
		if goes[r.Ref] {
			continue
		}
		goes[r.Ref] = true
		key := Ref{Scope: r.Ref.Scope, Parent: r.Ref.Parent}
		f := fates[key]
		if f == nil {
			f = &fate{id: r.Ref.Parent, name: r.In, registered: member(r).Channel.microservice()}
			fates[key] = f
			order = append(order, f)
		}
		f.all = append(f.all, r.Ref)
		if member(r).enabled() {
			f.loses = append(f.loses, r.Ref)
		}
	}
	for _, r := range present {
		if f := fates[Ref{Scope: r.Ref.Scope, Parent: r.Ref.Parent}]; f != nil && !goes[r.Ref] && member(r).enabled() {
			f.keeps = append(f.keeps, member(r))
		}
	}
	names := make(map[string]string, len(order))
	for _, f := range order {
		names[f.id] = f.name
	}
	tags := Tags(names) // channels of one name
	var effects []Consequence
	for _, f := range order {
		f.called = strings.TrimSpace(f.name + " " + tags[f.id])
		if len(f.loses) > 0 {
			effects = append(effects, f.loss(g.Uses(Channels, f.id)))
		}
		if f.registered {
			it := "it"
			if len(f.all) > 1 {
				it = "them"
			}
			effects = append(effects, Consequence{Of: f.all, Grade: Care, Key: "registry of " + f.id,
				Text: fmt.Sprintf("may come back: the registry of channel %s adds %s again", f.called, it)})
		}
	}
	slices.SortStableFunc(effects, func(a, b Consequence) int { return cmp.Compare(b.Grade, a.Grade) })
	return effects
}

// fate is what becomes of one channel. Only enabled members take requests.
type fate struct {
	id, name   string
	called     string // its name, told from those of others
	registered bool   // by a registry that may add members again
	all        []Ref  // of all members that go
	loses      []Ref  // of the enabled ones among them
	keeps      []*Member
}

// loss says what the channel and those that refer to it lose. The key has no numbers in it: they are others when the plan
// is checked again and some members are gone already.
func (f *fate) loss(users []Reason) Consequence {
	c := Consequence{Of: f.loses, Grade: Care}
	if len(f.keeps) == 0 {
		c.Grade, c.Name = Danger, f.name
		c.Text = "channel " + f.called + " has no enabled member left"
	} else {
		c.Text = fmt.Sprintf("channel %s loses %d of %d enabled members%s",
			f.called, len(f.loses), len(f.loses)+len(f.keeps), f.left())
	}
	var others []string
	for _, u := range users {
		if !slices.Contains(others, u.Text) {
			others = append(others, u.Text)
		}
	}
	c.Key = "channel " + f.id + " and " + strings.Join(others, ", ")
	switch len(others) {
	case 0:
	case 1:
		c.Text += "; " + others[0] + " uses this channel"
	default:
		c.Text += "; " + english.And(others) + " use this channel"
	}
	return c
}

// left says what is wrong with all members that stay.
func (f *fate) left() string {
	every := func(bad func(*Member) bool) bool {
		return !slices.ContainsFunc(f.keeps, func(m *Member) bool { return !bad(m) })
	}
	backup := every(func(m *Member) bool { return m.Backup })
	unhealthy := every(func(m *Member) bool { return strings.EqualFold(m.HealthStatus, "unhealthy") })
	switch {
	case backup && unhealthy:
		return ": only backup servers are left, and they are unhealthy"
	case backup:
		return ": only backup servers are left"
	case unhealthy:
		return ": those left are unhealthy"
	}
	return ""
}
