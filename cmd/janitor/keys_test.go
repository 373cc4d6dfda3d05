package main

import (
	"strings"
	"testing"

	"janitor/client/profile"
	"janitor/tui/keys"
)

func TestKeysOfTheConfigFile(t *testing.T) {
	at := func(line, action string, bound ...string) profile.Binding {
		return profile.Binding{Action: action, Keys: bound, Where: "config.yaml:" + line}
	}
	for name, test := range map[string]struct {
		bindings []profile.Binding
		wants    []string // of the error
	}{
		"no such action":      {[]profile.Binding{at("7", "delete", "x"), at("8", "delte", "x")}, []string{"config.yaml:8", "delte", "no such action", "delete", "mark-all"}},
		"no such key":         {[]profile.Binding{at("7", "delete", "control+x")}, []string{"config.yaml:7", "delete", `"control+x"`, "ctrl+"}},
		"no key":              {[]profile.Binding{at("7", "delete")}, []string{"config.yaml:7", "delete", "at least one"}},
		"taken by the usual":  {[]profile.Binding{at("7", "delete", "c")}, []string{"config.yaml:7", `"c"`, "copy-id", "delete"}},
		"taken by another":    {[]profile.Binding{at("7", "delete", "x"), at("8", "raw", "x")}, []string{"config.yaml:7", `"x"`, "raw", "delete"}},
		"not of keys":         {[]profile.Binding{at("7", "sort-column", "s")}, []string{"config.yaml:7", "sort-column", "cannot be changed", "shift+letter"}},
		"that types":          {[]profile.Binding{at("7", "confirm", "x")}, []string{"config.yaml:7", `"x"`, "confirm"}},
		"enter must not say":  {[]profile.Binding{at("7", "yes", "enter")}, []string{"config.yaml:7", `"enter"`, "confirm", "yes"}},
		"two that change":     {[]profile.Binding{at("7", "detail", "y"), at("8", "raw", "d")}, nil},
		"one for all screens": {[]profile.Binding{at("7", "delete", "ctrl+x")}, nil},
	} {
		m, err := checkKeys(test.bindings)
		if len(test.wants) == 0 {
			if err != nil || m == nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, b := range test.bindings {
				if a, _ := m.Action(keys.Browse, b.Keys[0]); string(a) != b.Action {
					t.Errorf("%s: %q is %q, want %q", name, b.Keys[0], a, b.Action)
				}
			}
			continue
		}
		if status(err) != statusUsage {
			t.Errorf("%s: %v, want a usage error", name, err)
			continue
		}
		for _, want := range test.wants {
			if !strings.Contains(oneLine(err), want) {
				t.Errorf("%s: %q is missing: %s", name, want, oneLine(err))
			}
		}
	}
	if m, err := checkKeys(nil); m != nil || err != nil {
		t.Errorf("without keys: %v, %v", m, err)
	}
}
