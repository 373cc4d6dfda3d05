package wire

import (
	"fmt"
	"net/url"
	"strings"
)

// Segment escapes an id for use as one segment of a path, the way the signature wants it: everything but letters,
// digits and "-_.~". An id is never normalised. Ids that cannot be a segment ("", "." and "..") are refused: they
// would address something else.
func Segment(id string) (string, error) {
	switch id {
	case "", ".", "..":
		return "", fmt.Errorf("%q is not an id", id)
	}
	return Escape(id), nil
}

// Escape percent-escapes all but the unreserved characters of RFC 3986, as signatures have it (api.md 8.2).
func Escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// at is the URL of an escaped path below base, with its spelling kept.
func at(base *url.URL, path string) (*url.URL, error) {
	escaped := strings.TrimSuffix(base.EscapedPath(), "/") + path
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, err
	}
	u := *base
	u.Path, u.RawPath = plain, escaped
	if u.EscapedPath() != escaped {
		return nil, fmt.Errorf("path %q is not escaped", Clean(path))
	}
	return &u, nil
}

// query encodes values sorted by key, spaces as %20.
func query(values url.Values) string {
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}
