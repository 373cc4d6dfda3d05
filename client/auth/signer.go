package auth

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"janitor/client/wire"
)

const (
	algorithm  = "SDK-HMAC-SHA256"
	dateLayout = "20060102T150405Z"
	signedMost = 12 << 20 // bytes of a body; the gateways take no more (api.md 2.11)

	// skewMost is how far clocks may be apart before that can be why a signature was refused. The services are said to
	// take a quarter of an hour; some may take less.
	skewMost = time.Minute
)

// Signer signs requests with an access key (AK/SK), by SDK-HMAC-SHA256 (api.md 8.2).
type Signer struct {
	AccessKey, SecretKey string
	SecurityToken        string // with a temporary key, else ""
	ProjectID            string
	Hosts                Hosts            // where the signature may go
	Now                  func() time.Time // nil = time.Now

	// Skewed is told once by how much the clock of the services is ahead of ours, when they refuse a signature for that
	// and accept one by their time. nil = nobody is told.
	Skewed func(ahead time.Duration)
}

// Transport signs every request anew, retries included, and sends it through base. A request that is refused while the
// service's clock shows another time was not applied: it is signed once more by that time.
func (s Signer) Transport(base http.RoundTripper) http.RoundTripper { return s.signing(base) }

func (s Signer) signing(base http.RoundTripper) *signing {
	if s.Now == nil {
		s.Now = time.Now
	}
	return &signing{signer: seal(s), base: base}
}

// Format keeps the secret out of every verb of package fmt.
func (s Signer) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "access key "+Mask(s.AccessKey))
}

// LogValue keeps the secret out of logs.
func (s Signer) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText keeps the secret out of JSON and the like.
func (s Signer) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }

type signing struct {
	signer sealed[Signer]
	base   http.RoundTripper

	mu    sync.Mutex
	ahead time.Duration // of the services' clock, as far as that was learnt
}

func (t *signing) RoundTrip(req *http.Request) (*http.Response, error) {
	s := t.signer()
	if err := s.Hosts.check(req); err != nil {
		return nil, err
	}
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(io.LimitReader(req.Body, signedMost+1))
		closeBody(req)
		if err != nil {
			return nil, err
		}
		if len(body) > signedMost {
			return nil, &wire.Error{Unsent: true, Message: "the request is too large to be signed"}
		}
	}
	ahead := t.learnt()
	resp, err := t.base.RoundTrip(s.sign(req, body, ahead))
	if err != nil || !unauthorised(resp) {
		return resp, err
	}
	theirs := ahead
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		theirs = date.Sub(s.Now()).Round(time.Second)
	}
	if (theirs - ahead).Abs() <= skewMost {
		return resp, nil
	}
	_ = resp.Body.Close() // the answer is thrown away
	resp, err = t.base.RoundTrip(s.sign(req, body, theirs))
	if err == nil && !unauthorised(resp) {
		t.learn(theirs, s.Skewed)
	}
	return resp, err
}

func (t *signing) learnt() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ahead
}

// learn keeps what was right.
func (t *signing) learn(ahead time.Duration, tell func(time.Duration)) {
	t.mu.Lock()
	first := t.ahead == 0
	t.ahead = ahead
	t.mu.Unlock()
	if first && tell != nil {
		tell(ahead)
	}
}

// sign makes a signed copy of the request, by a clock that is so much ahead of ours.
func (s Signer) sign(req *http.Request, body []byte, ahead time.Duration) *http.Request {
	out := req.Clone(req.Context())
	if req.Body != nil {
		out.Body = io.NopCloser(bytes.NewReader(body))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		out.ContentLength = int64(len(body))
	}
	out.Header.Set("X-Sdk-Date", s.Now().Add(ahead).UTC().Format(dateLayout))
	signed := []string{"host", "x-sdk-date"}
	if s.ProjectID != "" {
		out.Header.Set("X-Project-Id", s.ProjectID)
		signed = append(signed, "x-project-id")
	}
	if s.SecurityToken != "" {
		out.Header.Set("X-Security-Token", s.SecurityToken)
		signed = append(signed, "x-security-token")
	}
	out.Header.Set("Authorization", s.authorization(out, body, signed))
	return out
}

// authorization is the header of that name; signed are the headers to sign, in lower case.
func (s Signer) authorization(req *http.Request, body []byte, signed []string) string {
	slices.Sort(signed)
	mac := hmac.New(sha256.New, []byte(s.SecretKey))
	mac.Write([]byte(algorithm + "\n" + req.Header.Get("X-Sdk-Date") + "\n" + digest([]byte(canonical(req, body, signed)))))
	return fmt.Sprintf("%s Access=%s, SignedHeaders=%s, Signature=%x", algorithm, s.AccessKey, strings.Join(signed, ";"), mac.Sum(nil))
}

// canonical is what both sides sign: the request in one spelling.
func canonical(req *http.Request, body []byte, signed []string) string {
	var b strings.Builder
	b.WriteString(req.Method + "\n" + canonicalPath(req.URL) + "\n" + canonicalQuery(req.URL) + "\n")
	for _, name := range signed {
		value := strings.TrimSpace(strings.Join(req.Header.Values(name), ","))
		if name == "host" {
			if value = req.Host; value == "" {
				value = req.URL.Host
			}
		}
		b.WriteString(name + ":" + value + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n")
	if given := req.Header.Get("X-Sdk-Content-Sha256"); given != "" {
		b.WriteString(given)
	} else {
		b.WriteString(digest(body))
	}
	return b.String()
}

// canonicalPath is the path as it is sent, segment by segment, and always with a slash at the end. Segments are
// unescaped and escaped again, so an escaped slash stays within its segment.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = wire.Escape(plain)
		}
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path
}

func canonicalQuery(u *url.URL) string {
	values := u.Query()
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		for _, value := range slices.Sorted(slices.Values(values[key])) {
			pairs = append(pairs, wire.Escape(key)+"="+wire.Escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
