package tui

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/tui/browse"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// many is a session over n made-up pools, listed and on screen.
func many(tb testing.TB, n, w, h int) *Model {
	tb.Helper()
	return called(tb, n, w, h, func(i int) string {
		if i%10 == 0 {
			return fmt.Sprintf("在庫-%d-検証用", i)
		}
		return fmt.Sprintf("service-%d-backend", i)
	})
}

// called is many with names of its own.
func called(tb testing.TB, n, w, h int, name func(i int) string) *Model {
	tb.Helper()
	now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	states := []inventory.Verdict{
		{State: inventory.Unused, Reasons: []inventory.Reason{{Text: "no listener, no policy"}}, Signs: []string{"no members"}},
		{State: inventory.InUse, Reasons: []inventory.Reason{{Text: "listener api-443"}, {Text: "policy /images"}}},
		{State: inventory.Protected, Reasons: []inventory.Reason{{Text: `"owned by payments"`}}},
	}
	pools := make([]inventory.Resource, n)
	for i := range pools {
		id := fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(i*2654435761), i)
		name := name(i)
		pools[i] = inventory.Resource{
			Ref: inventory.Ref{Scope: "s", Kind: inventory.Pools, ID: id}, Name: name, Created: client.At(now.AddDate(0, 0, -i%2000)),
			Object:  &inventory.Pool{Pool: client.Pool{ID: id, Name: name, Protocol: "HTTP", Members: client.NewIDs(make([]string, i%9)...)}},
			Verdict: states[i%len(states)],
		}
	}
	snapshot := &inventory.Snapshot{At: now, Done: true}
	for _, k := range inventory.Top() {
		l := inventory.Listing{Kind: k, Done: true}
		if k.ID == inventory.Pools {
			l.Resources = inventory.RowsOf(pools...)
		}
		snapshot.Listings = append(snapshot.Listings, l)
	}
	m := New(tb.Context(), Options{Profile: "acme", Region: "eu-de", Project: "99a3fff0d03c428eac3678da6a7d0f24",
		Now: func() time.Time { return now }, Look: &theme.Look{Dark: true}})
	b := m.browse(inventory.Top(), nil, func(context.Context) iter.Seq[*inventory.Snapshot] {
		return func(yield func(*inventory.Snapshot) bool) { yield(snapshot) }
	})
	m.stack = []screen.Screen{b}
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	cmd := b.Init()
	for cmd != nil {
		_, cmd = m.Update(cmd())
	}
	tb.Cleanup(m.close)
	return m
}

// listed is the first of the made-up pools.
func listed(m *Model) (first inventory.Resource) {
	cmd := m.top().Update(tea.KeyPressMsg{Code: 'd', Text: "d"})
	return cmd().(browse.DetailMsg).Resource
}

var frames int // keeps the frames from being optimised away

// BenchmarkKeyToFrame is one key press and the frame after it, through the whole program.
func BenchmarkKeyToFrame(b *testing.B) {
	down := tea.KeyPressMsg{Code: tea.KeyDown}
	for _, n := range []int{1_000, 10_000, 100_000} {
		m := many(b, n, 120, 36)
		b.Run(fmt.Sprintf("down/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Update(down)
				frames += len(m.View().Content)
			}
		})
		page := tea.KeyPressMsg{Code: tea.KeyPgDown}
		top := tea.KeyPressMsg{Code: 'g', Text: "g"}
		b.Run(fmt.Sprintf("page/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%25 == 24 {
					m.Update(top)
				} else {
					m.Update(page)
				}
				frames += len(m.View().Content)
			}
		})
		mark := tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
		b.Run(fmt.Sprintf("mark/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Update(mark)
				frames += len(m.View().Content)
			}
		})
	}
	m := many(b, 100_000, 200, 50)
	b.Run("down/100000/200x50", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Update(down)
			frames += len(m.View().Content)
		}
	})
}

// BenchmarkFilterKey is one key typed into the filter, and the frame after it.
func BenchmarkFilterKey(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		m := many(b, n, 120, 36)
		_, cmd := m.Update(tea.KeyPressMsg{Code: '/', Text: "/"})
		m.Update(cmd())
		typed := tea.KeyPressMsg{Code: '9', Text: "9"}
		rubbed := tea.KeyPressMsg{Code: tea.KeyBackspace}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%2 == 0 {
					m.Update(typed)
				} else {
					m.Update(rubbed)
				}
				frames += len(m.View().Content)
			}
		})
	}
}

// BenchmarkExpressionKey is one key typed into an expression and the frame after it; the rows are found in a command.
func BenchmarkExpressionKey(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		m := many(b, n, 120, 36)
		_, cmd := m.Update(tea.KeyPressMsg{Code: '/', Text: "/"})
		m.Update(cmd())
		for _, r := range "=unused && servers > 1" {
			m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		typed := tea.KeyPressMsg{Code: '0', Text: "0"}
		rubbed := tea.KeyPressMsg{Code: tea.KeyBackspace}
		b.Run(fmt.Sprintf("key/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%2 == 0 {
					m.Update(typed)
				} else {
					m.Update(rubbed)
				}
				frames += len(m.View().Content)
			}
		})
		b.Run(fmt.Sprintf("rows/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				key := typed
				if i%2 == 1 {
					key = rubbed
				}
				_, cmd := m.Update(key)
				m.Update(cmd())
				frames += len(m.View().Content)
			}
		})
	}
}
