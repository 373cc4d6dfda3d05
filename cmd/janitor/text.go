package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"janitor/client"
	"janitor/tui/theme"
)

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// say writes a line for people, in which nothing is obeyed by a terminal.
func say(w io.Writer, format string, args ...any) {
	fmt.Fprintln(w, client.CleanWhole(fmt.Sprintf(format, args...))) //nolint:errcheck // for people
}

// printJSON writes one object of several lines.
func printJSON(w io.Writer, object any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(object)
}

// maxCell is as wide as a name gets in a table, in columns; the lines of JSON have all of it.
const maxCell = 40

// printTable aligns columns; the first row is the heading, and the last column is as long as it is.
func printTable(w io.Writer, rows [][]string) error {
	last := len(rows[0]) - 1
	width := make([]int, last)
	for _, row := range rows {
		for i := range row {
			row[i] = client.CleanWhole(row[i])
			if i < last {
				width[i] = max(width[i], min(theme.Width(row[i]), maxCell))
			}
		}
	}
	out := bufio.NewWriter(w)
	for _, row := range rows {
		for i := range last {
			row[i] = theme.Fit(row[i], width[i])
		}
		fmt.Fprintln(out, strings.TrimRight(strings.Join(row, "  "), " ")) //nolint:errcheck // Flush gives it again
	}
	return out.Flush()
}
