package main

import (
	"errors"
	"slices"

	"janitor/client/profile"
	"janitor/tui/keys"
)

// checkKeys puts the bindings of the config file over the usual ones; nil when it has none. The error names the line of
// the file that is wrong.
func checkKeys(bindings []profile.Binding) (*keys.Map, error) {
	if len(bindings) == 0 {
		return nil, nil //nolint:nilnil // the usual ones
	}
	with := make(map[keys.Action][]string, len(bindings))
	for _, b := range bindings {
		with[keys.Action(b.Action)] = b.Keys
	}
	m, err := keys.Default().Override(with)
	if err == nil {
		return &m, nil
	}
	where := bindings[0].Where
	if wrong, ok := errors.AsType[*keys.Error](err); ok {
		for _, action := range wrong.Actions {
			if i := slices.IndexFunc(bindings, func(b profile.Binding) bool { return b.Action == string(action) }); i >= 0 {
				where = bindings[i].Where
				break
			}
		}
	}
	return nil, usage("%s: %w", where, err)
}
