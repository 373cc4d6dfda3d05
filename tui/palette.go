package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/tui/browse"
	"janitor/tui/keys"
	"janitor/tui/palette"
	"janitor/tui/run"
	"janitor/tui/runs"
	"janitor/tui/screen"
)

// View is an expression with a name, from the config file.
type View struct{ Name, Expr string }

// choose takes a key while the palette is open.
func (m *Model) choose(key tea.KeyPressMsg) tea.Cmd {
	chosen, open := m.palette.Press(key)
	if !open {
		m.palette = nil
	}
	if chosen == nil {
		return nil
	}
	return chosen.Do()
}

// entries are what can be done on the top screen: kinds to go to, saved views, then what its keys do.
func (m *Model) entries() []palette.Entry {
	return slices.Concat(m.kindEntries(), m.runsEntry(), m.logEntry(), m.viewEntries(), m.actionEntries(m.context()), m.placeEntries())
}

func (m *Model) kindEntries() []palette.Entry {
	first, ok := m.stack[0].(*browse.Model)
	if !ok {
		return nil
	}
	var entries []palette.Entry
	for i, k := range first.Kinds() {
		entries = append(entries, palette.Entry{
			Name: string(k.ID), About: "go to " + k.Many, Key: m.env.Keys.KindLabel(i),
			Do: func() tea.Cmd { return m.goTo(k.ID) },
		})
	}
	return entries
}

func (m *Model) runsEntry() []palette.Entry {
	if _, ok := m.top().(*runs.Model); ok {
		return nil
	}
	return []palette.Entry{{Name: "runs", About: "past ones, and those that go on", Key: m.env.Keys.Label(keys.Runs), Do: m.showRuns}}
}

// goTo leaves the screens above the first and shows one of its kinds.
func (m *Model) goTo(kind inventory.KindID) tea.Cmd {
	var cmds []tea.Cmd
	for len(m.stack) > 1 {
		cmds = append(cmds, m.pop())
	}
	if first, ok := m.stack[0].(*browse.Model); ok {
		cmds = append(cmds, first.Show(kind))
	}
	return tea.Batch(cmds...)
}

// viewEntries are the saved views. Those that do not fit the kind shown are there too, and say why not.
func (m *Model) viewEntries() []palette.Entry {
	list, ok := m.top().(*browse.Model)
	entries := make([]palette.Entry, len(m.opts.Views))
	for i, v := range m.opts.Views {
		e := palette.Entry{Name: "view " + v.Name, About: v.Expr}
		if !ok {
			e.Why = "Views are of lists: " + m.env.Keys.Label(keys.Back) + " goes back"
		} else {
			e.Why = list.Unfit("=" + filter.Bare(v.Expr))
			e.Do = func() tea.Cmd { return list.Filter("=" + filter.Bare(v.Expr)) }
		}
		entries[i] = e
	}
	return entries
}

// Place is where the program can go on to: another profile, region or project.
type Place struct {
	Name  string // "profile acme-prod"
	About string // where that is: "eu-de 99a3…"
	Why   string // why it cannot be gone to, "" when it can
}

// placed are the places that were found.
type placed struct {
	places []Place
	err    error
}

// choices opens the list of what can be done. Places are looked for when it is opened for the first time, and again when
// they could not be found; they come into it as soon as they are known.
func (m *Model) choices() tea.Cmd {
	look, ctx := m.opts.Places, m.ctx
	begin := look != nil && !m.looking && !m.looked
	if begin {
		m.looking, m.places = true, nil
	}
	m.palette = palette.New(m.env, m.entries())
	m.palette.Lack(m.lacksPlaces())
	if !begin {
		return nil
	}
	return m.chores.command(func() tea.Msg {
		places, err := look(ctx)
		return placed{places, err}
	})
}

func (m *Model) placed(found placed) {
	m.places, m.unplaced = found.places, found.err
	m.looking, m.looked = false, found.err == nil
	if m.palette != nil {
		m.palette.Offer(m.placeEntries())
		m.palette.Lack(m.lacksPlaces())
	}
}

// lacksPlaces is why not all places are in the list.
func (m *Model) lacksPlaces() string {
	switch {
	case m.looking:
		return "Looking for regions and projects" + m.env.Theme.Ellipsis
	case m.unplaced != nil:
		return "Regions and projects are not known (" + m.env.Keys.Label(keys.Go) + " asks again): " + m.unplaced.Error()
	}
	return ""
}

// placeEntries are the places. Going there ends what is shown here, so nothing may be under way.
func (m *Model) placeEntries() []palette.Entry {
	var entries []palette.Entry
	for _, p := range m.places {
		e := palette.Entry{Name: p.Name, About: p.About, Why: p.Why}
		switch {
		case e.Why != "":
		case m.live() != nil:
			e.Why = "A run is going on: it has to end, or be cancelled, before you go elsewhere"
		default:
			e.Do = func() tea.Cmd {
				m.opts.GoTo(p.Name)
				return tea.Quit
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// actionEntries are the bindings of a context, by what they do. Moving is left to the keys.
func (m *Model) actionEntries(in keys.Context) []palette.Entry {
	var entries []palette.Entry
	kinds := keys.Kinds()
	for _, b := range m.env.Keys.Bindings(in) {
		if b.In == keys.Move || len(b.Keys) == 0 || b.Action == keys.Go || b.Action == keys.Runs || slices.Contains(kinds[:], b.Action) {
			continue
		}
		if b.Action == keys.LeaveRun && !m.watching() {
			continue // it is the way back
		}
		if slices.ContainsFunc(entries, func(e palette.Entry) bool { return e.Key == b.Label() }) {
			continue // the same key under another name
		}
		e := palette.Entry{
			Name: b.Help, Key: b.Label(), Danger: b.Danger,
			Do: func() tea.Cmd { return m.press(keys.Press(b.Keys[0])) },
		}
		if e.Why = m.whyNot(b.Action); e.Why == "" && b.Danger {
			e.Why = m.readOnly()
		}
		entries = append(entries, e)
	}
	return entries
}

// watching: a run is on the screen, and goes on.
func (m *Model) watching() bool {
	r, ok := m.top().(*run.Model)
	if !ok {
		return false
	}
	_, _, live := r.Progress()
	return live
}

// whyNot is why a key would do nothing now, by what the program and the screen on top know of it.
func (m *Model) whyNot(a keys.Action) string {
	switch a {
	case keys.ShowRun:
		return m.notShowRun()
	case keys.NextStep:
		return m.notStep(+1)
	case keys.PrevStep:
		return m.notStep(-1)
	case keys.Suspend:
		return m.notSuspend()
	}
	if r, ok := m.top().(screen.Refuser); ok {
		return r.WhyNot(a)
	}
	return ""
}
