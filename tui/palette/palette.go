// Package palette is the list of what can be done from here, with a line to type in that narrows it: kinds to go to, saved
// views, and every action by what it does. It stands over the screen it was opened on.
package palette

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

// Entry is one thing that can be done.
type Entry struct {
	Name   string // what is typed: "pools", "view stale", "list again"
	About  string // what stands behind it in a quiet tone
	Key    string // the key that does the same, "" when none does
	Why    string // why it is not possible now, as a sentence; "" when it is
	Danger bool   // leads to a deletion
	Do     func() tea.Cmd
}

// Model is the list.
type Model struct {
	env     *screen.Env
	entries []Entry
	lead    int // the width of names that have something behind them, columns

	missing string // what is not among the entries yet, and why; "" when all are there

	line   screen.Line
	found  []int // entries that hold all words
	cursor int   // within found
	top    int   // the first that is shown
	page   int   // how many were shown last
	say    string
}

// New makes the list; its entries are shown in this order until something is typed, those that are not possible last.
func New(env *screen.Env, entries []Entry) *Model {
	m := &Model{env: env, entries: entries}
	m.lead = lead(entries)
	m.find()
	return m
}

// Lack says below the entries what is not among them yet, and why: what is typed may be the name of one of those.
func (m *Model) Lack(what string) { m.missing = what }

// Offer adds entries that came later. What was typed stays, and so does the entry that enter would choose.
func (m *Model) Offer(more []Entry) {
	current := -1
	if len(m.found) > 0 {
		current = m.found[m.cursor]
	}
	m.entries = append(m.entries, more...)
	m.lead = lead(m.entries)
	m.find()
	m.cursor = max(slices.Index(m.found, current), 0)
}

// Press takes a key. When the list is no longer open, it was left: chosen is nil, or it was chosen from. Choosing what
// is not possible says why and leaves nothing.
func (m *Model) Press(key tea.KeyPressMsg) (chosen *Entry, open bool) {
	m.say = ""
	switch action, _ := m.env.Keys.Action(keys.Choosing, key.String()); action {
	case keys.Back:
		return nil, false
	case keys.Confirm:
		if len(m.found) == 0 { // as the list says
			return nil, true
		}
		e := &m.entries[m.found[m.cursor]]
		if m.say = e.Why; m.say != "" {
			return nil, true
		}
		return e, false
	}
	if key.Text == "" && !m.line.Owns(key.String()) {
		action, _ := m.env.Keys.Action(keys.Move, key.String())
		if by, ok := screen.Step(action, max(m.page, 1), len(m.found)); ok {
			m.cursor = max(min(m.cursor+by, len(m.found)-1), 0)
			return nil, true
		}
	}
	if m.line.Press(key) {
		m.find()
	}
	return nil, true
}

// Paste types what was pasted.
func (m *Model) Paste(s string) {
	m.say = ""
	if !m.line.Insert(s) {
		m.say = "Too long to paste: at most " + english.Number(screen.MaxLine) + " characters can be typed"
		return
	}
	m.find()
}

// find looks for the entries that hold every word that was typed: first those whose name begins with it all, then those
// in whose name the words begin words, then the others; of each of these first what is possible.
func (m *Model) find() {
	typed := strings.ToLower(strings.TrimSpace(m.line.String()))
	words := strings.Fields(typed)
	m.found = m.found[:0]
	var ranks []int
	for i, e := range m.entries {
		rank, ok := match(strings.ToLower(e.Name), strings.ToLower(e.About), typed, words)
		if !ok {
			continue
		}
		rank *= 2
		if e.Why != "" {
			rank++
		}
		at := len(ranks)
		for at > 0 && ranks[at-1] > rank {
			at--
		}
		ranks = slices.Insert(ranks, at, rank)
		m.found = slices.Insert(m.found, at, i)
	}
	m.cursor, m.top = 0, 0
}

func match(name, about, typed string, words []string) (rank int, ok bool) {
	if strings.HasPrefix(name, typed) {
		return 0, true
	}
	rank = 1
	for _, w := range words {
		switch {
		case strings.HasPrefix(name, w), strings.Contains(name, " "+w):
		case strings.Contains(name, w), strings.Contains(about, w):
			rank = 2
		default:
			return 0, false
		}
	}
	return rank, true
}
