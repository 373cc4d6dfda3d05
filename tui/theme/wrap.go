package theme

import "strings"

// Wrap breaks s into lines of at most w columns, at blanks where there are any, so that nothing is cut. Names and ids keep
// their hyphens: only a word that is wider than a line is broken. There is at least one line. Like with Fit, nothing in s
// acts on the terminal, and s must not be painted.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return []string{""}
	}
	var lines []string
	line, used := "", 0
	for rest := strings.TrimRight(Fit(s, Width(s)), " "); rest != ""; {
		word := strings.TrimLeft(rest, " ")
		gap := len(rest) - len(word)
		word, _, _ = strings.Cut(word, " ")
		rest = rest[gap+len(word):]
		need := Width(word)
		if used+gap+need <= w {
			line += blanks(gap) + word
			used += gap + need
			continue
		}
		if used > 0 {
			lines = append(lines, line)
		}
		pieces := chop(word, w)
		last := len(pieces) - 1
		lines = append(lines, pieces[:last]...)
		line, used = pieces[last], Width(pieces[last])
	}
	return append(lines, line)
}

// chop breaks a word into pieces of at most w columns, after a hyphen or slash of its second half where there is one.
// There is at least one piece.
func chop(word string, w int) []string {
	var pieces []string
	begin, used := 0, 0
	seam, before := 0, 0 // where the piece may end, and the columns up to there
	for in := (reader{rest: word}); in.rest != ""; {
		at := len(word) - len(in.rest)
		text, cw := in.next()
		if used+cw > w && used > 0 {
			if before <= w/2 {
				seam, before = at, used
			}
			pieces = append(pieces, word[begin:seam])
			begin, used, before = seam, used-before, 0
		}
		used += cw
		if text == "-" || text == "/" {
			seam, before = len(word)-len(in.rest), used
		}
	}
	return append(pieces, word[begin:])
}

// WrapTo is Wrap in at most n lines: the last one is cut when there would be more.
func WrapTo(s string, w, n int) []string {
	lines := Wrap(s, w)
	if n = max(n, 1); len(lines) > n {
		lines[n-1] = Fit(lines[n-1]+" "+lines[n], w)
		lines = lines[:n]
	}
	return lines
}

// Fill makes exactly h lines of these.
func Fill(lines []string, h int) []string {
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:max(h, 0)]
}
