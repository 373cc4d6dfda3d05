package main

import (
	"context"
	"errors"
	"strings"
	"sync"

	"janitor/client/profile"
	"janitor/tui"
)

// elsewhere are the places that the screen can switch to from a session.
type elsewhere struct {
	p    profile.Profile
	s    *profile.Session
	none bool // there are none: a demo

	mu sync.Mutex
	to map[string]profile.Choice // by the name of the place
}

func (e *elsewhere) add(name string, c profile.Choice) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.to[name] = c
}

// choice is the way to a place, nil when it is not known.
func (e *elsewhere) choice(place string) *profile.Choice {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c, ok := e.to[place]; ok {
		return &c
	}
	return nil
}

// places are all of them; the error is why those that IAM knows are missing.
func (e *elsewhere) places(ctx context.Context) ([]tui.Place, error) {
	if e.none {
		why := "You are here, and there is no other: the cloud of a demo is simulated in this program"
		return []tui.Place{{Name: "profile " + e.s.Profile, Why: why}, {Name: "region " + e.s.Region, Why: why}, {Name: "project " + e.s.Project, Why: why}}, nil
	}
	projects, err := e.projects(ctx)
	return append(e.profiles(), projects...), err
}

// profiles are those that are found; where that fails the screen does without.
func (e *elsewhere) profiles() []tui.Place {
	all, _, _, err := profile.List(profile.Choice{})
	if err != nil {
		return nil
	}
	var out []tui.Place
	for _, f := range all {
		place := tui.Place{Name: "profile " + f.Name, About: strings.TrimSpace(f.Region + " " + f.Project)}
		switch {
		case f.Problem != "":
			place.Why = oneLine(errors.New(f.Problem))
		case f.Name == e.s.Profile:
			place.Why = "You are here"
		}
		e.add(place.Name, profile.Choice{Profile: f.Name})
		out = append(out, place)
	}
	return out
}

// projects are the regions, by their main projects, and the other projects that the credentials can see. None where there
// is no IAM.
func (e *elsewhere) projects(ctx context.Context) ([]tui.Place, error) {
	if e.s.Endpoints.IAM == "" {
		return nil, nil
	}
	all, err := e.s.Projects(ctx)
	if err != nil {
		return nil, err
	}
	var out []tui.Place
	for _, p := range all {
		place := tui.Place{Name: "project " + p.Name, About: p.ID}
		if p.Name == p.Region {
			place.Name = "region " + p.Region
		}
		c := profile.Choice{Profile: e.s.Profile, Region: p.Region, Project: p.ID}
		switch {
		case p.ID == e.s.Project:
			place.Why = "You are here"
		case p.Region != e.s.Region && e.fixed(c):
			place.Why = "The endpoints of profile " + e.s.Profile + " are given for " + e.s.Region + " only: write {region} in them, or a profile for " + p.Region
		}
		e.add(place.Name, c)
		out = append(out, place)
	}
	return out, nil
}

// fixed: the profile's endpoints stay what they are in another region.
func (e *elsewhere) fixed(c profile.Choice) bool {
	there, err := profile.Find(c)
	return err != nil || e.p.Endpoints.ELB != "" && there.Endpoints.ELB == e.p.Endpoints.ELB
}
