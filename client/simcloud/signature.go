package simcloud

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	signatureScheme = "SDK-HMAC-SHA256"
	// maxSkew is how far X-Sdk-Date may be from the clock of the cloud.
	maxSkew = 15 * time.Minute
)

// checkSignature verifies the Authorization header of r, whose body has been read already (api.md 8.2). The error says
// what is wrong with it.
func checkSignature(r *http.Request, body []byte, accessKey, secretKey string, now time.Time) error {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme != signatureScheme {
		return errors.New("unknown signature algorithm")
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	if fields["Access"] != accessKey {
		return errors.New("access key not found")
	}
	signed := strings.Split(fields["SignedHeaders"], ";")
	if !slices.Contains(signed, "x-sdk-date") || !slices.IsSorted(signed) {
		return errors.New("SignedHeaders must be sorted and name x-sdk-date")
	}
	if r.Header.Get("X-Security-Token") != "" && !slices.Contains(signed, "x-security-token") {
		return errors.New("the security token is not signed")
	}
	date := r.Header.Get("X-Sdk-Date")
	at, err := time.Parse("20060102T150405Z", date)
	if err != nil {
		return errors.New("X-Sdk-Date is not a date")
	}
	if now.Sub(at).Abs() > maxSkew {
		return errors.New("the request is expired: X-Sdk-Date is too far from the time of the service")
	}
	sum := sha256.Sum256(body)
	content := hex.EncodeToString(sum[:])
	if said := r.Header.Get("X-Sdk-Content-Sha256"); said != "" {
		if said != content && said != "UNSIGNED-PAYLOAD" {
			return errors.New("X-Sdk-Content-Sha256 is not the hash of the body")
		}
		content = said
	}
	canonical := sha256.Sum256([]byte(canonicalRequest(r, signed, content)))
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(signatureScheme + "\n" + date + "\n" + hex.EncodeToString(canonical[:])))
	if !hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(fields["Signature"])) {
		return errors.New("verify aksk signature fail")
	}
	return nil
}

// canonicalRequest is what both sides hash; content is the hash of the body.
func canonicalRequest(r *http.Request, signed []string, content string) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	segments := strings.Split(r.URL.EscapedPath(), "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = escape(plain)
		}
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	b.WriteString(path)
	b.WriteString("\n" + canonicalQuery(r.URL.Query()) + "\n")
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		b.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + content)
	return b.String()
}

func canonicalQuery(query url.Values) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, escape(key)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// escape leaves only RFC 3986's unreserved characters as they are.
func escape(s string) string {
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', upper[c>>4], upper[c&15]})
	}
	return b.String()
}
