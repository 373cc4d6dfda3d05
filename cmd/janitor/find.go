package main

import (
	"janitor/client/profile"
	"janitor/tui"
	"janitor/tui/keys"
)

// found is a profile with what the config file says of the screen. All of that file is checked, whatever of it a command
// needs: a mistake is not to wait for the night in which it counts.
type found struct {
	profile.Profile
	views []tui.View
	keys  *keys.Map
}

func findProfile(choice profile.Choice) (f found, err error) {
	if f.Profile, err = profile.Find(choice); err != nil {
		return f, err
	}
	if f.views, err = checkViews(f.Views); err != nil {
		return f, err
	}
	if f.keys, err = checkKeys(f.Keys); err != nil {
		return f, err
	}
	for _, p := range f.Protected {
		if err := checkView(p.Expr); err != nil {
			return f, usage("%s: profile %q: protect: %q: %w", p.Where, p.Name, p.Expr, err)
		}
	}
	return f, nil
}
