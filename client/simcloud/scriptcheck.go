package simcloud

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxRules   = 1000
	maxTime    = time.Hour      // of every wait
	maxSkewing = 24 * time.Hour // of the service's clock
	maxPayload = 16 << 30       // bytes of a huge body
)

// problem is something wrong with a script. at is its place as keys from the top, such as rules.0.do.cut.
type problem struct{ at, text string }

func (p *problem) Error() string { return spoken(p.at) + ": " + p.text }

// spoken turns a place into words, with rules counted from 1: "rule 2, do.cut".
func spoken(at string) string {
	rest, ok := strings.CutPrefix(at, "rules.")
	if !ok {
		return at
	}
	number, rest, deeper := strings.Cut(rest, ".")
	n, err := strconv.Atoi(number)
	switch {
	case err != nil:
		return at
	case deeper:
		return fmt.Sprintf("rule %d, %s", n+1, rest)
	}
	return fmt.Sprintf("rule %d", n+1)
}

// Check says what is wrong with the script: which rule and key, and what to write there.
func (s Script) Check() error {
	if p := s.check(); p != nil {
		return p
	}
	return nil
}

func (s Script) check() *problem {
	if len(s.Rules) > maxRules {
		return &problem{"rules", fmt.Sprintf("%d rules are too many: at most %d", len(s.Rules), maxRules)}
	}
	for i, r := range s.Rules {
		if key, text := r.check(); text != "" {
			return &problem{strings.TrimSuffix(fmt.Sprintf("rules.%d.%s", i, key), "."), text}
		}
	}
	return nil
}

// check returns the key and what is wrong with it, "" for nothing. So do those below.
func (r Rule) check() (key, text string) {
	for _, n := range []struct {
		key   string
		value int
	}{{"more_than", r.MoreThan}, {"nth", r.Nth}, {"from", r.From}, {"every", r.Every}, {"times", r.Times}} {
		if n.value < 0 {
			return n.key, "must be 1 or more"
		}
	}
	switch {
	case strings.Trim(r.Method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return "method", fmt.Sprintf("%q is not a method: write it as DELETE", r.Method)
	case r.Path != "" && !strings.HasPrefix(r.Path, "/") && !strings.HasPrefix(r.Path, "*"):
		return "path", fmt.Sprintf("%q matches no path: it must begin with /, * or **, without a host", r.Path)
	case strings.Contains(r.Path, "?"):
		return "path", "takes no query: use mentions"
	case r.Nth > 0 && (r.From > 0 || r.Every > 0 || r.Times > 0):
		return "nth", "is a single request: leave out from, every and times"
	case !(r.Chance >= 0 && r.Chance <= 1):
		return "chance", "must be from 0 to 1, such as 0.05"
	}
	key, text = r.Do.check()
	return strings.TrimSuffix("do."+key, "."), text
}

func (a Act) check() (key, text string) {
	for _, t := range []struct {
		key         string
		value       time.Duration
		least, most time.Duration
	}{
		{"delay", a.Delay, 0, maxTime}, {"hold", a.Hold, 0, maxTime}, {"pending", a.Pending, 0, maxTime},
		{"clock_skew", a.Skew, -maxSkewing, maxSkewing},
	} {
		if t.value < t.least || t.value > t.most {
			return t.key, fmt.Sprintf("must be from %v to %v, such as 500ms", t.least, t.most)
		}
	}
	if key, text = a.checkRefusal(); text != "" {
		return key, text
	}
	if key, text = a.checkTransport(); text != "" {
		return key, text
	}
	if a.OmitEntries < 0 {
		return "omit_entries", "must be 1 or more"
	}
	if b := a.Batch; b != nil {
		switch {
		case b.Omit < 0 || b.Duplicate < 0 || b.Contradict < 0:
			return "batch", "omit, duplicate and contradict must be 1 or more"
		case b.Omit+b.Duplicate+b.Contradict+len(b.Extra) == 0 && b.RetStatus+b.RetCode == "":
			return "batch", "changes nothing: give omit, duplicate, contradict, extra, ret_status or ret_code"
		}
	}
	if !slices.Contains([]Paging{"", Repeat, Cycle, Hollow, Larger, Overlap}, a.Page) {
		return "page", fmt.Sprintf("%q is unknown: use repeat, cycle, empty, larger or overlap", a.Page)
	}
	for _, hands := range []struct {
		key string
		all []Hand
	}{{"before", a.Before}, {"after", a.After}} {
		for i, h := range hands.all {
			if text := h.check(); text != "" {
				return fmt.Sprintf("%s.%d", hands.key, i), text
			}
		}
	}
	idle := a.Delay == 0 && a.Hold == 0 && a.Pending == 0 && a.Skew == 0 && !a.Revoke && a.refusals() == nil && a.Batch == nil &&
		a.OmitEntries == 0 && a.Page == "" && len(a.Before)+len(a.After) == 0 && a.transports() == nil
	if idle {
		return "", "nothing to do: give a delay, a status or another act"
	}
	return "", ""
}

// refusals are the keys that put another answer in the place of the service's own.
func (a Act) refusals() []string {
	return given([]flagged{{"status", a.Status != 0}, {"throttle", a.Throttle != nil}, {"forbidden", a.Forbidden != ""}, {"redirect", a.Redirect != ""}})
}

// transports are the keys by which the answer travels in a way of its own.
func (a Act) transports() []string {
	return given([]flagged{
		{"cut", a.Cut != ""}, {"truncate", a.Truncate != 0}, {"dribble", a.Dribble != nil}, {"huge", a.Huge != 0}, {"gzip_bomb", a.GzipBomb != 0},
	})
}

// flagged is a key, and whether the script has it.
type flagged struct {
	key string
	set bool
}

func given(all []flagged) []string {
	var keys []string
	for _, one := range all {
		if one.set {
			keys = append(keys, one.key)
		}
	}
	return keys
}

func (a Act) checkRefusal() (key, text string) {
	given := a.refusals()
	switch {
	case len(given) > 1:
		return given[1], "there is one answer only: leave out " + given[0] + " or " + given[1]
	case a.Status == 0 && (a.Code+a.Message+a.Body != "" || a.Headers != nil):
		return "", "code, message, body and headers need a status"
	case a.Status != 0 && (a.Status < 200 || a.Status > 599):
		return "status", "must be from 200 to 599"
	case a.Body != "" && a.Code+a.Message != "":
		return "body", "is sent as it is: leave out code and message"
	case a.ContentType != "" && a.Body == "":
		return "content_type", "needs a body"
	case strings.ContainsFunc(a.ContentType, control):
		return "content_type", "must be one line"
	case a.Applied && len(given) == 0:
		return "applied", "needs a status, throttle, forbidden or redirect, which stands in for the lost answer"
	}
	for name, value := range a.Headers {
		if name == "" || strings.ContainsFunc(name, notInHeaderName) || strings.ContainsFunc(value, control) {
			return "headers", fmt.Sprintf("%q is not a header: a name of letters, digits and dashes, a value of one line", name)
		}
		if slices.Contains([]string{"Content-Length", "Transfer-Encoding", "Connection"}, http.CanonicalHeaderKey(name)) {
			return "headers", name + " belongs to the transport: use truncate or cut"
		}
	}
	if to := a.Redirect; to != "" {
		u, err := url.Parse(to)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
			return "redirect", fmt.Sprintf("%q is not an address such as https://elsewhere.example.com", to)
		}
	}
	if t := a.Throttle; t != nil {
		switch {
		case t.RetryAfter < 0 || t.RetryAfter > maxTime:
			return "throttle.retry_after", fmt.Sprintf("must be from 0s to %v", maxTime)
		case t.Limit < 0 || t.Per < 0 || t.Per > 24*maxTime:
			return "throttle", "limit must be 1 or more, per a time up to 24h"
		case t.Per > 0 && t.Limit == 0:
			return "throttle.per", "needs a limit"
		case !slices.Contains([]string{"", "user", "ip", "api"}, t.Policy):
			return "throttle.policy", fmt.Sprintf("%q is unknown: use user, ip or api", t.Policy)
		}
	}
	return "", ""
}

func notInHeaderName(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

func control(r rune) bool { return r < ' ' || r == 0x7f }

func (a Act) checkTransport() (key, text string) {
	given := a.transports()
	switch {
	case len(given) > 1:
		return given[1], "an answer travels one way only: leave out " + given[0] + " or " + given[1]
	case a.Cut != "" && a.Cut != Before && a.Cut != After:
		return "cut", fmt.Sprintf("%q is unknown: use before or after", a.Cut)
	case a.Truncate < 0:
		return "truncate", "must be 1 or more"
	case a.Huge < 0 || a.Huge > maxPayload:
		return "huge", fmt.Sprintf("must be from 1 to %d", int64(maxPayload))
	case a.GzipBomb < 0 || a.GzipBomb > maxPayload:
		return "gzip_bomb", fmt.Sprintf("must be from 1 to %d", int64(maxPayload))
	}
	if d := a.Dribble; d != nil && (d.Piece < 0 || d.Every <= 0 || d.Every > maxTime) {
		return "dribble", fmt.Sprintf("every must be a time up to %v, such as 20ms, and piece 1 or more", maxTime)
	}
	return "", ""
}

func (h Hand) check() string {
	verbs := 0
	for _, id := range []string{h.Delete, h.Edit, h.Use, h.Recreate, h.Replace} {
		if id != "" {
			verbs++
		}
	}
	switch {
	case verbs != 1:
		return "must be one of delete, edit, use, recreate and replace, with an id or " + Asked
	case h.With != nil && h.Replace == "":
		return "with goes with replace only"
	}
	for _, ip := range h.With {
		if _, ok := canonical(ip); !ok {
			return fmt.Sprintf("with: %q is not an address, a CIDR block or a range", ip)
		}
	}
	return ""
}
