package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"janitor/client"
	"janitor/client/english"
	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/client/profile"
)

// choosing is which resources a command line is about.
type choosing struct {
	in    []string // parents, by name or id
	where string   // an expression
	book  bool     // a runbook says it, not flags
}

// called is what one of the choices is called where it was written.
func (c *choosing) called(what string) string {
	if c.book {
		return what
	}
	return "--" + what
}

func (c *choosing) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&c.in, "in", nil, "only in this IP group or channel; may be repeated")
	f.StringVar(&c.where, "where", "", "expression to match, such as 'unused && age > 90d'")
}

// chosen are the resources that a command line is about.
type chosen struct {
	kind      *inventory.Kind
	loader    *inventory.Loader // that has read it
	snapshot  *inventory.Snapshot
	all       int // listed, of which the rows were chosen
	rows      []inventory.Resource
	undecided int   // of these the expression cannot be decided
	err       error // the list is not complete
}

// anyKind takes a kind of the command line: one of all six.
func anyKind(word string) (*inventory.Kind, error) {
	for _, k := range inventory.Kinds() {
		if string(k.ID) == word {
			return k, nil
		}
	}
	return nil, usage("unknown kind %q%s", client.Clean(word), meantKind(word, allKinds(), ": the kinds are "+kindWords()))
}

// compile reads the expression for the kind, before anything is sent; nil when there is none.
func (c *choosing) compile(kind *inventory.Kind) (*filter.Filter, error) {
	if len(c.in) > 0 && kind.Within == "" {
		return nil, usage("%s: %s are not inside anything: it is for entries and members", c.called("in"), kind.Many)
	}
	if slices.Contains(c.in, "") { // of a variable that is not set; there are channels without a name
		return nil, usage("%s: it is empty: give a name or an id", c.called("in"))
	}
	if strings.TrimSpace(c.where) == "" {
		return nil, nil //nolint:nilnil // no filter is one
	}
	f, err := filter.Expression(kind, c.where)
	if err != nil {
		return nil, usage("%s: %w", c.called("where"), err)
	}
	return f, nil
}

// from opens the profile, to read, and chooses there. Who gets no error closes the session.
func (c *choosing) from(ctx context.Context, choice profile.Choice, kind *inventory.Kind) (*chosen, *session, error) {
	f, err := c.compile(kind)
	if err != nil {
		return nil, nil, err
	}
	choice.ReadOnly = true
	s, err := open(ctx, choice)
	if err != nil {
		return nil, nil, err
	}
	got, err := c.choose(ctx, s.loader, kind, f)
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return got, s, nil
}

// choose reads the kind and keeps what the expression selects, all without one. Errors are of choosing or of the parents' list.
func (c *choosing) choose(ctx context.Context, loader *inventory.Loader, kind *inventory.Kind, f *filter.Filter) (*chosen, error) {
	defer waiting(os.Stderr, "Listing "+kind.Many+" and what may use them.")()
	defer pauses(os.Stderr, loader.Paused)()
	loader = loader.WithDetail()
	out := &chosen{kind: kind, loader: loader}
	if kind.Within == "" {
		out.snapshot = inventory.Last(loader.Load(ctx, kind.ID))
	} else {
		parents, partly, err := c.parents(ctx, loader, kind)
		if err != nil {
			return nil, err
		}
		out.err = partly
		out.snapshot = inventory.Last(loader.Open(ctx, kind.ID, parents))
	}
	if err := ctx.Err(); err != nil {
		return nil, interrupted(ctx, err)
	}
	listing := out.snapshot.Listing(kind.ID)
	if listing == nil {
		return nil, fmt.Errorf("%s could not be listed", kind.Many)
	}
	out.all, out.err = listing.Resources.Len(), cmp.Or(listing.Err, out.err)
	for i := range listing.Resources.Len() {
		r := listing.Resources.At(i)
		is := filter.Yes
		if f != nil {
			is = f.Match(&r, out.snapshot.At)
		}
		switch is {
		case filter.Yes:
			out.rows = append(out.rows, r)
		case filter.Undecided:
			out.undecided++
		}
	}
	slices.SortStableFunc(out.rows, func(a, b inventory.Resource) int {
		return cmp.Or(cmp.Compare(a.In, b.In), cmp.Compare(a.Ref.Parent, b.Ref.Parent), kind.Columns[0].Compare(a, b))
	})
	return out, nil
}

// parents are those of --in, or all. Where only some could be listed, partly says why, unless the ids of those are given.
func (c *choosing) parents(ctx context.Context, loader *inventory.Loader, kind *inventory.Kind) (parents []inventory.Resource, partly, err error) {
	listing, partly := loader.Complete(ctx, kind.Within)
	switch {
	case ctx.Err() != nil:
		return nil, nil, interrupted(ctx, ctx.Err())
	case partly != nil && (listing == nil || listing.Resources.Len() == 0):
		return nil, nil, partly
	}
	parents, err = listing.Chosen(c.in)
	switch {
	case err != nil && partly != nil: // it may be one of the others
		return nil, nil, partly
	case err != nil:
		return nil, nil, usage("%s: %w; janitor list %s shows what there is", c.called("in"), err, kind.Within)
	case len(parents) > 0 && !slices.ContainsFunc(parents, func(r inventory.Resource) bool { return !slices.Contains(c.in, r.Ref.ID) }):
		partly = nil
	case partly != nil:
		partly = fmt.Errorf("%w; with ids, %s does without the others", partly, c.called("in"))
	}
	return parents, partly, nil
}

// session is an opened profile, with what reads there.
type session struct {
	*profile.Session
	profile profile.Profile
	loader  *inventory.Loader
}

// open finds and opens the profile, to read.
func open(ctx context.Context, choice profile.Choice) (*session, error) {
	f, err := findProfile(choice)
	if err != nil {
		return nil, err
	}
	return enter(ctx, f.Profile, func(s *profile.Session) (inventory.Scope, error) { return scopeOf(s), nil })
}

// enter opens a profile. at says where its resources are, or that this is not the place.
func enter(ctx context.Context, p profile.Profile, at func(*profile.Session) (inventory.Scope, error)) (*session, error) {
	warn(os.Stderr, p)
	s, err := opened(ctx, p)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	scope, err := at(s)
	if err != nil {
		s.Close()
		return nil, err
	}
	loader, err := loaderOf(p, s, scope)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &session{s, p, loader}, nil
}

func scopeOf(s *profile.Session) inventory.Scope {
	return inventory.Scope{Profile: s.Profile, Region: s.Region, Project: s.Project}
}

// loaderOf reads for a session, and minds what its profile protects.
func loaderOf(p profile.Profile, s *profile.Session, at inventory.Scope) (*inventory.Loader, error) {
	protect, err := protection(p)
	if err != nil {
		return nil, err
	}
	loader := inventory.NewLoader(s.Client, at)
	loader.Protect, loader.Ahead = protect, s.Ahead
	return loader, nil
}

// protection asks the expressions of the profile; nil when it has none. What an expression leaves undecided is protected
// too. One that does not fit a kind says nothing about it.
func protection(p profile.Profile) (func(*inventory.Resource, time.Time) string, error) {
	byKind := map[inventory.KindID][]*filter.Filter{}
	for _, expr := range p.Protect {
		if err := checkView(expr); err != nil {
			return nil, usage("%v: protect: %q: %w", p, expr, err)
		}
		for _, kind := range inventory.Kinds() {
			if f, err := filter.Expression(kind, expr); err == nil {
				byKind[kind.ID] = append(byKind[kind.ID], f)
			}
		}
	}
	if len(byKind) == 0 {
		return nil, nil //nolint:nilnil // nothing is protected
	}
	return func(r *inventory.Resource, now time.Time) string {
		for _, f := range byKind[r.Ref.Kind] {
			switch f.Match(r, now) {
			case filter.Yes:
				return "protected by the profile: " + f.String()
			case filter.Undecided:
				return "perhaps protected by the profile: " + f.String()
			}
		}
		return ""
	}, nil
}

// incomplete is the error of a list that did not end, after what there is of it was printed.
func (c *chosen) incomplete() error {
	if c.err == nil {
		return nil
	}
	far, way := "", ""
	if c.all > 0 {
		far = " to the end"
	}
	if errors.Is(c.err, client.Transport) || errors.Is(c.err, client.BadAnswer) {
		way = "; janitor doctor looks at the way there"
	}
	return fmt.Errorf("%s could not be listed%s: %w%s", c.kind.Many, far, c.err, way)
}

// notes are what there is to know besides the list: what is not in it, and why.
func (c *chosen) notes() []string {
	var notes []string
	if l := c.snapshot.Listing(c.kind.ID); l != nil && l.Note != "" {
		notes = append(notes, english.Sentence(l.Note)+".")
	}
	switch c.undecided {
	case 0:
	case 1:
		notes = append(notes, "1 more is left out: it is not known whether it matches.")
	default:
		notes = append(notes, fmt.Sprintf("%d more are left out: it is not known whether they match.", c.undecided))
	}
	return notes
}
