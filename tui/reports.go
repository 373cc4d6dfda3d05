package tui

import (
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/report"
	"janitor/tui/screen"
)

// written is a report on disk.
type written struct {
	paths []string
	err   error
}

// export writes what became of a run, in every format, beside its journal or where reports go.
func (m *Model) export(r *cleanup.Run, id string) tea.Cmd {
	dir, name := m.opts.Reports, "janitor-run"
	switch {
	case dir == "" && m.opts.History != nil && id != "":
		dir, name = m.opts.History.Folder(id), "report"
	case id != "":
		name = "janitor-" + id
	}
	h := m.opts.History
	return m.chores.command(func() tea.Msg {
		var status cleanup.Status
		if r != nil {
			status = r.Status()
		} else {
			past := h.Read(id)
			if past.Err != nil {
				return written{err: past.Err}
			}
			status = past.Ledger.Status()
		}
		paths, err := report.OfRun(status).WriteFiles(dir, name)
		return written{paths, err}
	})
}

func (m *Model) written(msg written) {
	if msg.err != nil {
		m.notice = screen.Notice{Text: english.Sentence(msg.err.Error()), Bad: true}
		return
	}
	m.reports = append(m.reports, msg.paths)
	names := append([]string{filepath.Base(msg.paths[0])}, formats(msg.paths[1:])...)
	m.notice = screen.Notice{Text: "Reports written: " + english.And(names) + " in " + atHome(filepath.Dir(msg.paths[0]))}
}

// whereReports ends the summary.
func (m *Model) whereReports() string {
	var s strings.Builder
	for _, paths := range m.reports {
		s.WriteString("\nReport: " + paths[0] + " (also " + english.And(formats(paths[1:])) + ")")
	}
	return s.String()
}

// formats are those of reports, by what their names end in.
func formats(paths []string) []string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = filepath.Ext(path)
	}
	return out
}

// atHome is a path as people write it.
func atHome(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); err == nil && home != "" && ok {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}
