package main

import (
	"strings"
	"testing"

	"janitor/client/profile"
)

// Whoever looks for another place in a demo is told that there is none, and why.
func TestADemoIsTheOnlyPlace(t *testing.T) {
	e := &elsewhere{s: &profile.Session{Profile: "demo", Region: "eu-sim-1", Project: "99a3"}, none: true}
	places, err := e.places(t.Context())
	if err != nil || len(places) != 3 {
		t.Fatal(places, err)
	}
	for i, name := range []string{"profile demo", "region eu-sim-1", "project 99a3"} {
		if p := places[i]; p.Name != name || !strings.HasPrefix(p.Why, "You are here, and there is no other") || e.choice(name) != nil {
			t.Errorf("%+v", p)
		}
	}
}
