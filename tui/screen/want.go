package screen

import (
	"janitor/client/cleanup"
	"janitor/tui/keys"
)

// WantMsg asks the root for something to be done with a run: [keys.Open], Retry, Resume, Verify, Undo or Export.
type WantMsg struct {
	By  Screen
	Do  keys.Action
	Run *cleanup.Run // nil: it is none of this session
	ID  string       // of its journal, "" when it has none
}
