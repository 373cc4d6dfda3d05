// Package screen is what the root and its screens say to each other.
package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Screen fills the body of the frame. Its methods run on the event loop and never block; what takes time is a command.
type Screen interface {
	// Update takes a key press (when the screen is on top) or any other message (always); replies that are not to the
	// screen's own latest request are ignored.
	Update(msg tea.Msg) tea.Cmd
	// View draws exactly h lines of at most w columns, joined by newlines.
	View(w, h int) string
}

// Hinter is a screen that says which actions the foot of the frame shows, the most useful first.
type Hinter interface {
	Hints() []keys.Action
}

// Worder is a screen whose keys do something else by now than their bindings say. A word is "" where the binding is right.
type Worder interface {
	Word(keys.Action) string
}

// Refuser is a screen that says why it cannot do something now, as a sentence; "" when it can, or when it does not know.
type Refuser interface {
	WhyNot(keys.Action) string
}

// Typer is a screen that may be taking text. Every key is its own then, except the one that always quits.
type Typer interface {
	Typing() bool
}

// Loader is a screen that reads from the cloud. Cancel tells the reading to stop and does not wait; Close waits until
// nothing of it is left and must not be called on the event loop.
type Loader interface {
	Cancel()
	Close()
}

// Env is what all screens share. Theme is changed on the event loop only.
type Env struct {
	Theme *theme.Theme
	Keys  keys.Map
	Now   func() time.Time

	Cannot  func(keys.Action) string                  // why this session can do something with no run, "" when it can; nil: it can do all
	Foreign func(run string, of cleanup.Where) string // why it can go on with no run of there, "" when it can; nil: with any
}

// Notice is a sentence for the foot of the frame: why an action is not possible now, or what has just happened.
type Notice struct {
	Text string
	Bad  bool
	By   Screen // shown only while it is on top; nil: at once, whatever is

	Of    keys.Action // shown only as long as the screen on top, a [Refuser], gives this as the reason against it; "": whatever it says
	Width int         // shown only while the terminal has so many columns; 0: however many
}

// Say is the command that emits a [Notice].
func Say(text string) tea.Cmd { return func() tea.Msg { return Notice{Text: text} } }

// Refuse is the command that says why an action is not possible, as long as that is so.
func Refuse(a keys.Action, why string) tea.Cmd {
	return func() tea.Msg { return Notice{Text: why, Of: a} }
}

// Exit is embedded by screens that can be left. It is no message: keys that are typed ahead reach the screen below.
type Exit struct{ left bool }

// Leave asks to go back to the screen below once the key is handled.
func (e *Exit) Leave() { e.left = true }

// Left is true once for every time the screen asked.
func (e *Exit) Left() bool {
	left := e.left
	e.left = false
	return left
}
