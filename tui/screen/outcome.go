package screen

import (
	"janitor/client/cleanup"
	"janitor/tui/theme"
)

// Sign is the glyph of an outcome and its role.
func Sign(t *theme.Theme, o cleanup.Outcome) (string, theme.Role) {
	switch o {
	case cleanup.Deleted, cleanup.AlreadyGone, cleanup.Restored, cleanup.AlreadyThere:
		return t.OK, theme.Good
	case cleanup.Blocked, cleanup.Skipped:
		return t.Left, theme.Warn
	case cleanup.Cancelled:
		return t.Skip, theme.Muted
	case cleanup.Unknown:
		return t.Unsure, theme.Bad
	case cleanup.Pending:
		return t.Wait, theme.Muted
	default:
		return t.Fail, theme.Bad
	}
}

// EndSign is the sign of what came of a run: it is as bad as the worst of its outcomes.
func EndSign(t *theme.Theme, s *cleanup.Summary) (string, theme.Role) {
	for o, n := range s.Counts {
		if _, role := Sign(t, cleanup.Outcome(o)); n > 0 && role == theme.Bad {
			return t.Fail, role
		}
	}
	if !s.OK() {
		return t.Left, theme.Warn
	}
	return t.OK, theme.Good
}
