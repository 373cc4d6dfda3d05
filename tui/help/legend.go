package help

import (
	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// mark is a sign or a word that screens use, and what it means.
type mark struct {
	role  theme.Role
	text  string
	means string
}

// legend is drawn from what the tables draw from, so that it cannot show another sign than they do.
func (m *Model) legend() []mark {
	t, label := m.Env.Theme, m.Env.Keys.Label
	var all []mark
	for _, s := range []inventory.State{inventory.Unused, inventory.InUse, inventory.Protected, inventory.Unknown} {
		glyph, role := card.State(t, s)
		all = append(all, mark{role, glyph + " " + s.String(), meaning(s)})
	}
	all = append(all,
		mark{theme.Muted, t.OK + " deleted", "by a run of this session, and not yet listed again"},
		mark{theme.Warn, "a warning in WHY", "what is worth a look: " + label(keys.Verdicts) + " shows only those"},
		mark{theme.Accent, t.Bar, "the current row"},
		mark{theme.Mark, t.Mark, "a marked row; hidden ones are counted above the table"},
		mark{theme.Warn, t.Left + " " + inventory.Care.String(), "in the dialog: changes traffic, or cannot be undone"},
		mark{theme.Bad, t.Left + " " + inventory.Danger.String(), "in the dialog: breaks traffic or opens it; type its name"},
	)
	return all
}

// meaning of a verdict.
func meaning(s inventory.State) string {
	switch s {
	case inventory.Unused:
		return "nothing refers to it; every list that could say so was read"
	case inventory.InUse:
		return "WHY names what refers to it"
	case inventory.Protected:
		return "not to be deleted; WHY says by whose word"
	default:
		return "a list that decides it is missing: never taken for unused"
	}
}
