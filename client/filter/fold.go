package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Beginnings, ends and middles of texts, by the letters that are the same to strings.EqualFold; none of these allocates.

// cutPrefix returns what follows prefix in s.
func cutPrefix(s, prefix string) (rest string, ok bool) {
	for prefix != "" {
		if s == "" {
			return "", false
		}
		if a, b := s[0], prefix[0]; a < utf8.RuneSelf && b < utf8.RuneSelf {
			if a != b && lower(a) != lower(b) {
				return "", false
			}
			s, prefix = s[1:], prefix[1:]
			continue
		}
		a, n := utf8.DecodeRuneInString(s)
		b, m := utf8.DecodeRuneInString(prefix)
		if !same(a, b) {
			return "", false
		}
		s, prefix = s[n:], prefix[m:]
	}
	return s, true
}

func hasPrefix(s, prefix string) bool {
	_, ok := cutPrefix(s, prefix)
	return ok
}

func hasSuffix(s, suffix string) bool {
	// The same letters may have different lengths: K (Kelvin) has three bytes and is a k.
	n := utf8.RuneCountInString(suffix)
	i := len(s)
	for ; n > 0 && i > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	return n == 0 && strings.EqualFold(s[i:], suffix)
}

func contains(s, part string) bool {
	if part == "" {
		return true
	}
	first := lower(part[0])
	for i := 0; i < len(s); {
		if a := s[i]; a < utf8.RuneSelf && first < utf8.RuneSelf {
			if lower(a) == first && hasPrefix(s[i:], part) {
				return true
			}
			i++
			continue
		}
		if hasPrefix(s[i:], part) {
			return true
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// same says whether two letters differ in case only.
func same(a, b rune) bool {
	if a == b {
		return true
	}
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}
