// Package keys holds every action and its keys as data. Screens ask it what a key press means; the help screen, the
// foot line and the table in the README are made from it.
package keys

// Action is what a key press asks for. The words are those of the config file.
type Action string

// The actions.
const (
	Up       Action = "up"
	Down     Action = "down"
	PageUp   Action = "page-up"
	PageDown Action = "page-down"
	HalfUp   Action = "half-page-up"
	HalfDown Action = "half-page-down"
	Top      Action = "top"
	Bottom   Action = "bottom"

	Mark       Action = "mark" // marks or unmarks, then goes on to the next row
	Range      Action = "range"
	RangeUp    Action = "range-up"
	RangeDown  Action = "range-down"
	RangeHere  Action = "range-here"
	MarkAll    Action = "mark-all"
	Invert     Action = "invert"
	ClearMarks Action = "clear-marks"

	SortColumn  Action = "sort-column" // has no keys of its own: see [Binding.Instead]
	SortNext    Action = "sort"
	SortReverse Action = "sort-reverse"
	Wide        Action = "wide"

	Filter   Action = "filter"
	Verdicts Action = "verdicts" // which of them are shown
	Open     Action = "open"
	Children Action = "children" // of all that are marked
	Detail   Action = "detail"
	Raw      Action = "raw"
	CopyID   Action = "copy-id"
	Delete   Action = "delete"
	Refresh  Action = "refresh"
	Notes    Action = "notes" // on what a list lacks
	ShowRun  Action = "show-run"
	Runs     Action = "runs"      // those of this session and past ones
	ShowLog  Action = "log"       // has no keys: it is chosen by its name
	NextStep Action = "next-step" // of a runbook
	PrevStep Action = "previous-step"
	Kind1    Action = "kind-1"
	Kind2    Action = "kind-2"
	Kind3    Action = "kind-3"
	Kind4    Action = "kind-4"
	NextKind Action = "next-kind"
	PrevKind Action = "previous-kind"

	Confirm   Action = "confirm" // in a dialog the focused button, in an input what was typed, in a list the entry
	Complete  Action = "complete"
	Yes       Action = "yes"
	No        Action = "no"
	Toggle    Action = "toggle"    // in a dialog, what has the focus and can be on or off
	SavePlan  Action = "save-plan" // writes down what the dialog shows, for the command line
	NextFocus Action = "next-button"
	PrevFocus Action = "previous-button"

	CancelRun    Action = "cancel-run"
	Retry        Action = "retry"
	OnlyFailures Action = "only-failures"
	NextOutcome  Action = "next-outcome" // only one of them is shown
	Pane         Action = "pane"
	CopyItem     Action = "copy-item" // its id; the key of CopyID cancels a run
	Undo         Action = "undo"
	Resume       Action = "resume"
	Verify       Action = "verify"
	Export       Action = "export"
	LeaveRun     Action = "leave-run" // Back, while a run goes on

	Go      Action = "go" // opens the list of what can be done
	Back    Action = "back"
	Help    Action = "help"
	Quit    Action = "quit"     // from the first screen
	QuitNow Action = "quit-now" // from anywhere, a dialog and an input too
	Suspend Action = "suspend"  // likewise
	Redraw  Action = "redraw"   // likewise
)

// Context is where a binding holds.
type Context uint8

// The contexts. Most take in others, where a key is looked up that they do not bind themselves.
const (
	Always   Context = iota // wherever keys are taken
	Global                  // every screen, but not a dialog or an input
	Move                    // whatever has lines to go through
	Table                   // a table and its marks
	Browse                  // the screen around a table
	Run                     // the screen of a run
	History                 // the list of runs
	Reading                 // detail and help
	Log                     // what was logged
	Dialog                  // what asks before it acts
	Input                   // a line that is being typed in: no key here may be one that types
	Choosing                // the list of what can be done, with a line to type in: likewise
	contexts
)

// Title is the context's heading in the help.
func (c Context) Title() string { return shapes[c].title }

// With is what the context consists of: itself, then what it takes in.
func (c Context) With() []Context { return append([]Context{c}, shapes[c].with...) }

var shapes = [contexts]struct {
	title string
	with  []Context
}{
	Always:  {title: "Everywhere"},
	Global:  {title: "On every screen", with: []Context{Always}},
	Move:    {title: "Moving"},
	Table:   {title: "Marking and sorting", with: []Context{Move, Global, Always}},
	Browse:  {title: "Browsing", with: []Context{Table, Move, Global, Always}},
	Run:     {title: "Watching a run", with: []Context{Move, Global, Always}},
	History: {title: "Runs", with: []Context{Move, Global, Always}},
	Reading: {title: "Detail and help", with: []Context{Move, Global, Always}},
	Log:     {title: "Log", with: []Context{Move, Global, Always}},
	Dialog:  {title: "In a dialog", with: []Context{Move, Always}},
	Input:   {title: "Typing a filter", with: []Context{Always}},

	Choosing: {title: "Choosing what to do", with: []Context{Always}},
}

// Binding ties keys to an action within a context. An action may have a binding in several contexts, with the same
// keys in each.
type Binding struct {
	Action Action
	In     Context
	Keys   []string // as Bubble Tea spells them: "space", "ctrl+a", "ctrl+\\", "G"; the first is the one shown first
	Help   string   // for the help screen and the README; {action} stands for its key, {no} for one that does not type
	Short  string   // for the foot line, "" where it is not shown there
	Danger bool     // leads to a deletion
	// Instead is shown in place of Keys for a family of keys that the screen resolves itself; it can name keys as Help does.
	Instead string
}

func defaults() []Binding {
	return []Binding{
		{Action: Mark, In: Table, Keys: []string{"space"}, Help: "mark or unmark the row, go to the next", Short: "mark"},
		{Action: Range, In: Table, Keys: []string{"v"}, Help: "mark a range: start, move, {range} again to end", Short: "range"},
		{Action: RangeUp, In: Table, Keys: []string{"shift+up"}, Help: "mark the row and the one above"},
		{Action: RangeDown, In: Table, Keys: []string{"shift+down"}, Help: "mark the row and the one below"},
		{Action: RangeHere, In: Table, Keys: []string{"ctrl+space"}, Help: "mark from the last mark to here"},
		{Action: MarkAll, In: Table, Keys: []string{"ctrl+a"}, Help: "mark all rows shown", Short: "all"},
		{Action: Invert, In: Table, Keys: []string{"*"}, Help: "invert the marks of the rows shown"},
		{Action: ClearMarks, In: Table, Keys: []string{`ctrl+\`}, Help: "take all marks away, hidden ones too"},
		{Action: SortColumn, In: Table, Instead: "shift+letter", Help: "sort by the column with that letter underlined, again: reverse"},
		{Action: SortNext, In: Table, Keys: []string{"o"}, Help: "sort by the next column"},
		{Action: SortReverse, In: Table, Keys: []string{"O"}, Help: "reverse the order"},
		{Action: Wide, In: Table, Keys: []string{"ctrl+w"}, Help: "show all columns, or the usual ones"},

		{Action: Filter, In: Browse, Keys: []string{"/"}, Help: "filter: words, !word excludes, = begins an expression", Short: "filter"},
		{Action: Verdicts, In: Browse, Keys: []string{"V"}, Help: "show all, only unused, only worth a look, only protected"},
		{Action: Open, In: Browse, Keys: []string{"enter"}, Help: "open: entries, members or the detail", Short: "open"},
		{Action: Children, In: Browse, Keys: []string{"M"}, Help: "open the entries or members of all that are marked"},
		{Action: Detail, In: Browse, Keys: []string{"d"}, Help: "detail: fields and references"},
		{Action: Raw, In: Browse, Keys: []string{"y"}, Help: "raw JSON"},
		{Action: CopyID, In: Browse, Keys: []string{"c"}, Help: "copy the id"},
		{Action: Delete, In: Browse, Keys: []string{"ctrl+d", "delete"}, Help: "delete what is marked, or the current row: opens the dialog", Short: "delete", Danger: true},
		{Action: Refresh, In: Browse, Keys: []string{"ctrl+r"}, Help: "list again", Short: "list again"},
		{Action: Notes, In: Browse, Keys: []string{"!"}, Help: "read whole what is missing or doubtful in the list", Short: "what is missing"},
		{Action: ShowRun, In: Browse, Keys: []string{"r"}, Help: "show the run; again after coming back: the one before", Short: "run"},
		{Action: Runs, In: Browse, Keys: []string{"h"}, Help: "the runs, past ones too"},
		{Action: NextStep, In: Browse, Keys: []string{">"}, Help: "next step of the runbook: what it matches is marked", Short: "next step"},
		{Action: PrevStep, In: Browse, Keys: []string{"<"}, Help: "the step before"},
		{Action: Kind1, In: Browse, Keys: []string{"1"}, Help: "pools"},
		{Action: Kind2, In: Browse, Keys: []string{"2"}, Help: "certificates"},
		{Action: Kind3, In: Browse, Keys: []string{"3"}, Help: "IP groups"},
		{Action: Kind4, In: Browse, Keys: []string{"4"}, Help: "channels"},
		{Action: NextKind, In: Browse, Keys: []string{"tab"}, Help: "next kind"},
		{Action: PrevKind, In: Browse, Keys: []string{"shift+tab"}, Help: "previous kind"},

		{Action: CancelRun, In: Run, Keys: []string{"c"}, Help: "cancel: send nothing more, asks first", Short: "cancel"},
		{Action: Retry, In: Run, Keys: []string{"r"}, Help: "retry what failed, was blocked, is unknown or has reappeared: asks first", Short: "retry failed", Danger: true},
		{Action: OnlyFailures, In: Run, Keys: []string{"f"}, Help: "show only failures, or all", Short: "only failures"},
		{Action: NextOutcome, In: Run, Keys: []string{"F"}, Help: "show only one outcome, then only the next, then all"},
		{Action: Pane, In: Run, Keys: []string{"enter", "d"}, Help: "all that is known of the row with its requests, or back to the list", Short: "detail"},
		{Action: CopyItem, In: Run, Keys: []string{"C"}, Help: "copy the id that the item has now", Short: "copy id"},
		{Action: Undo, In: Run, Keys: []string{"u"}, Help: "undo: bring back what the run has deleted, asks first", Short: "undo"},
		{Action: Resume, In: Run, Keys: []string{"R"}, Help: "go on with a run that is not finished: asks first", Short: "resume", Danger: true},
		{Action: Verify, In: Run, Keys: []string{"v"}, Help: "list again what a finished run was about", Short: "verify"},
		{Action: Export, In: Run, Keys: []string{"e"}, Help: "write reports: md, html, json and csv", Short: "report"},
		{Action: Runs, In: Run, Keys: []string{"h"}, Help: "the runs, past ones too"},
		{Action: LeaveRun, In: Run, Keys: []string{"esc"}, Help: "leave it running; {show-run} shows it again", Short: "leave it running"},

		{Action: Open, In: History, Keys: []string{"enter"}, Help: "open the run", Short: "open"},
		{Action: Resume, In: History, Keys: []string{"R"}, Help: "go on with a run that is not finished: asks first", Short: "resume", Danger: true},
		{Action: Verify, In: History, Keys: []string{"v"}, Help: "list again what a finished run was about", Short: "verify"},
		{Action: Undo, In: History, Keys: []string{"u"}, Help: "undo: bring back what the run has deleted, asks first", Short: "undo"},
		{Action: Export, In: History, Keys: []string{"e"}, Help: "write reports: md, html, json and csv", Short: "report"},
		{Action: CopyID, In: History, Keys: []string{"c"}, Help: "copy the name of the run"},
		{Action: Refresh, In: History, Keys: []string{"ctrl+r"}, Help: "read the runs again", Short: "read again"},

		{Action: Open, In: Reading, Keys: []string{"enter"}, Help: "open what the cursor is on in the references", Short: "open"},
		{Action: Raw, In: Reading, Keys: []string{"y"}, Help: "raw JSON, or the fields", Short: "raw"},
		{Action: CopyID, In: Reading, Keys: []string{"c"}, Help: "copy the id", Short: "copy id"},
		{Action: Delete, In: Reading, Keys: []string{"ctrl+d", "delete"}, Help: "delete this one: opens the dialog", Short: "delete", Danger: true},
		{Action: ShowRun, In: Reading, Keys: []string{"r"}, Help: "show the run"},
		{Action: Runs, In: Reading, Keys: []string{"h"}, Help: "the runs, past ones too"},

		{Action: Filter, In: Log, Keys: []string{"/"}, Help: "filter: words, !word excludes", Short: "filter"},
		{Action: Wide, In: Log, Keys: []string{"ctrl+w"}, Help: "show the whole of long lines, or cut them", Short: "whole lines"},

		{Action: Yes, In: Dialog, Keys: []string{"y"}, Help: "yes, where nothing has to be typed", Danger: true},
		{Action: No, In: Dialog, Keys: []string{"n", "esc"}, Help: "no; where something has to be typed, only {no}"},
		{Action: Confirm, In: Dialog, Keys: []string{"enter"}, Help: "press the focused button: Cancel, unless you moved"},
		{Action: Toggle, In: Dialog, Keys: []string{"space"}, Help: "switch the focused choice on or off"},
		{Action: SavePlan, In: Dialog, Keys: []string{"ctrl+s"}, Help: "delete nothing now: write the plan to a file for janitor apply", Short: "save as a plan"},
		{Action: NextFocus, In: Dialog, Keys: []string{"tab", "right"}, Help: "next button"},
		{Action: PrevFocus, In: Dialog, Keys: []string{"shift+tab", "left"}, Help: "previous button"},

		{Action: Confirm, In: Input, Keys: []string{"enter"}, Help: "keep what was typed", Short: "keep"},
		{Action: Complete, In: Input, Keys: []string{"tab"}, Help: "complete a word of an expression, again: the next one", Short: "complete"},
		{Action: Back, In: Input, Keys: []string{"esc"}, Help: "clear it and leave", Short: "clear"},

		{Action: Confirm, In: Choosing, Keys: []string{"enter"}, Help: "do what the entry says", Short: "do it"},
		{Action: Back, In: Choosing, Keys: []string{"esc"}, Help: "leave", Short: "leave"},

		{Action: Up, In: Move, Keys: []string{"up", "k"}, Help: "up"},
		{Action: Down, In: Move, Keys: []string{"down", "j"}, Help: "down"},
		{Action: PageUp, In: Move, Keys: []string{"pgup", "ctrl+b"}, Help: "page up"},
		{Action: PageDown, In: Move, Keys: []string{"pgdown", "ctrl+f"}, Help: "page down"},
		{Action: HalfUp, In: Move, Keys: []string{"{"}, Help: "half a page up"},
		{Action: HalfDown, In: Move, Keys: []string{"}"}, Help: "half a page down"},
		{Action: Top, In: Move, Keys: []string{"g", "home"}, Help: "first line"},
		{Action: Bottom, In: Move, Keys: []string{"G", "end"}, Help: "last line"},

		{Action: Go, In: Global, Keys: []string{":"}, Help: "go to a kind, show a saved view, or choose any other action", Short: "go"},
		{Action: ShowLog, In: Global, Instead: "{go}log", Help: "the log: what was asked and answered in this session"},
		{Action: Back, In: Global, Keys: []string{"esc"}, Help: "back; a run goes on", Short: "back"},
		{Action: Help, In: Global, Keys: []string{"?"}, Help: "help", Short: "help"},
		{Action: Quit, In: Global, Keys: []string{"q"}, Help: "back; from the first screen: quit"},
		{Action: QuitNow, In: Always, Keys: []string{"ctrl+c"}, Help: "quit, from anywhere; with a run going on it asks first"},
		{Action: Suspend, In: Always, Keys: []string{"ctrl+z"}, Help: "suspend: back to the shell until fg; not during a run"},
		{Action: Redraw, In: Always, Keys: []string{"ctrl+l"}, Help: "draw the screen anew, when something else has written on it"},
	}
}
