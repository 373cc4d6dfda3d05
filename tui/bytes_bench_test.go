package tui

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// wire keeps what goes to a terminal, and tells when something has.
type wire struct {
	mu   sync.Mutex
	sent bytes.Buffer
	news chan struct{}
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	n, err := w.sent.Write(p)
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default:
	}
	return n, err
}

// take is what was sent since the last time.
func (w *wire) take() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := bytes.Clone(w.sent.Bytes())
	w.sent.Reset()
	return out
}

// BenchmarkBytesPerLine is what a terminal of 120×36 is sent for the cursor going one line down at the foot of the table, so that the
// table scrolls: the limit is 400 bytes. The terminal knows synchronised output, which costs 16 of them.
func BenchmarkBytesPerLine(b *testing.B) {
	for _, rows := range []struct {
		name string
		of   func(i int) string
	}{
		{"plain", func(i int) string { return fmt.Sprintf("service-%d-backend", i) }},
		{"wide of ten", func(i int) string {
			if i%10 == 0 {
				return fmt.Sprintf("service-%d-在庫", i)
			}
			return fmt.Sprintf("service-%d-backend", i)
		}},
		{"wide", func(i int) string { return fmt.Sprintf("在庫-%d-検証用", i) }},
	} {
		b.Run(rows.name, func(b *testing.B) {
			m := called(b, 5_000, 120, 36, rows.of)
			out := &wire{news: make(chan struct{}, 1)}
			input, keys := io.Pipe()
			p := tea.NewProgram(quiet{m}, tea.WithInput(input), tea.WithOutput(out), tea.WithWindowSize(120, 36), tea.WithoutSignals(),
				tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}))
			done := make(chan struct{})
			go func() {
				defer close(done)
				if _, err := p.Run(); err != nil {
					b.Error(err)
				}
			}()
			quietly := func() []byte { // until a frame's time passes without anything
				var all []byte
				for {
					select {
					case <-out.news:
						all = append(all, out.take()...)
					case <-time.After(50 * time.Millisecond):
						return all
					}
				}
			}
			<-out.news
			if _, err := keys.Write([]byte("\x1b[?2026;2$y\x1b[?2027;2$y")); err != nil {
				b.Fatal(err)
			}
			quietly()
			for range 40 {
				p.Send(tea.KeyPressMsg{Code: tea.KeyDown})
			}
			quietly()
			var bytesOf []int
			for b.Loop() {
				p.Send(tea.KeyPressMsg{Code: tea.KeyDown})
				got := quietly()
				if testing.Verbose() && len(bytesOf) == 1 {
					b.Logf("%q", got)
				}
				bytesOf = append(bytesOf, len(got))
			}
			p.Quit()
			<-done
			keys.Close() // nobody reads any more
			slices.Sort(bytesOf)
			b.ReportMetric(float64(bytesOf[len(bytesOf)/2]), "bytes/line")
			b.ReportMetric(float64(bytesOf[len(bytesOf)-1]), "max-bytes/line")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// quiet is a session whose time stands still.
type quiet struct{ *Model }

func (quiet) Init() tea.Cmd { return nil }

func (q quiet) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := q.Model.Update(msg)
	return q, cmd
}
