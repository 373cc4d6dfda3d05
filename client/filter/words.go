package filter

import (
	"slices"
	"strings"

	"janitor/client/inventory"
)

// words matches rows that show each word somewhere and none of those after a "!", with or without a space between. A "!"
// that no word follows is one that is still being typed.
func words(kind *inventory.Kind, text string) test {
	var wanted, unwanted []string
	not := false
	for w := range strings.FieldsSeq(text) {
		bare, here := strings.CutPrefix(w, "!")
		switch not = not || here; {
		case bare == "":
			continue
		case not:
			unwanted = append(unwanted, bare)
		default:
			wanted = append(wanted, w)
		}
		not = false
	}
	// Long words are rarer: most rows are out after the first.
	slices.SortStableFunc(wanted, func(a, b string) int { return len(b) - len(a) })
	var shown []inventory.Column
	for _, c := range kind.Columns[1:] {
		if !c.Hidden && !c.Parent {
			shown = append(shown, c)
		}
	}
	return func(x row) Answer {
		for _, w := range wanted {
			if !shows(x, shown, w) {
				return No
			}
		}
		for _, w := range unwanted {
			if shows(x, shown, w) {
				return No
			}
		}
		return Yes
	}
}

// shows: word is part of something that the row can show: name, id, parent, verdict, reasons, signs, columns. What
// is cheap to look at comes first.
func shows(x row, columns []inventory.Column, word string) bool {
	if contains(x.Name, word) || contains(x.Ref.ID, word) || contains(x.In, word) || contains(x.Verdict.State.String(), word) {
		return true
	}
	for i := range x.Verdict.Reasons {
		if contains(x.Verdict.Reasons[i].Text, word) {
			return true
		}
	}
	for _, sign := range x.Verdict.Signs {
		if contains(sign, word) {
			return true
		}
	}
	for i := range columns {
		if contains(columns[i].Value(*x.Resource, x.now), word) {
			return true
		}
	}
	return false
}
