package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Answered makes the Error of an answer that is not a success, whatever service or proxy wrote it (api.md 6.1). sent are
// the headers of the request: their credentials are taken out of what an answer echoes. named says that the path
// names an object, so that "not found" speaks of the object and not of the route.
func Answered(status int, header http.Header, body []byte, sent http.Header, named bool) *Error {
	said := decode(body)
	if said.code == fmt.Sprint(status) {
		said.code = ""
	}
	if said.html && !strings.Contains(said.message, fmt.Sprint(status)) { // all that there is to be told of it
		said.message = fmt.Sprintf("%d: %s", status, said.message)
	}
	e := &Error{
		Status:     status,
		Code:       Clean(hide(said.code, sent)),
		Message:    Clean(hide(said.message, sent)),
		RequestID:  requestID(said.requestID, header),
		RetryAfter: retryAfter(header),
	}
	e.Class = classify(status, e.Code, e.Message, named, said.html)
	if said.inUse && (e.Class == "" || e.Class == Pending) {
		e.Class = InUse
	}
	if e.Class == Throttled && e.RetryAfter == 0 {
		if _, per, ok := quota(said.message); ok {
			e.RetryAfter = per
		}
	}
	return e
}

// requestID prefers the one of the body; IAM names its header differently.
func requestID(body string, header http.Header) string {
	for _, id := range [...]string{body, header.Get("X-Request-Id"), header.Get("X-IAM-Trace-Id")} {
		if id != "" {
			return Clean(id)
		}
	}
	return ""
}

type said struct {
	code, message, requestID string
	html                     bool // a page for people: some proxy answered, not the service
	inUse                    bool // the body lists who uses the object
}

// decode reads the error bodies of all families. What is none of them is a message as a whole; it is cut only when it is
// cleaned, after credentials were taken out: half of one could not be recognised.
func decode(body []byte) said {
	body = bytes.TrimSpace(unmarked(body))
	var top map[string]any
	if json.Unmarshal(body, &top) != nil {
		return decodeText(body)
	}
	s := decodeObject(top, body)
	s.name(top["listener_ids"])
	return s
}

// name adds the listeners that use the object to the message, where the body lists them and the message does not name all.
func (s *said) name(listed any) {
	all, _ := listed.([]any)
	var ids []string
	known := true
	for _, one := range all {
		if id := text(one); id != "" {
			ids = append(ids, id)
			known = known && strings.Contains(s.message, id)
		}
	}
	if s.inUse = len(ids) > 0; !s.inUse || known {
		return
	}
	users := "in use by listener " + strings.Join(ids, ", ")
	s.message = strings.TrimPrefix(strings.TrimSuffix(s.message, ".")+"; "+users, "; ")
}

func decodeObject(top map[string]any, body []byte) said {
	s := said{requestID: text(top["request_id"])}
	if s.take(top, "error_code", "error_msg") || s.take(top, "code", "message") {
		return s
	}
	// IAM and Neutron wrap one object; theirs go first, then whatever else is there, always in the same order.
	for _, key := range append([]string{"error", "NeutronError"}, slices.Sorted(maps.Keys(top))...) {
		switch inner := top[key].(type) {
		case map[string]any:
			if s.take(inner, "code", "message") && s.code != "" || s.take(inner, "type", "message") ||
				s.take(inner, "error_code", "error_msg") {
				return s
			}
		case string:
			if key == "error" || key == "NeutronError" {
				s.message = inner
				return s
			}
		}
	}
	if s.take(top, "faultcode", "faultstring") {
		return s
	}
	if ids, _ := top["listener_ids"].([]any); len(ids) == 0 { // else those are the message
		s.message = string(body)
	}
	return s
}

// take fills code and message from the two keys and says whether either was there.
func (s *said) take(from map[string]any, code, message string) bool {
	c, m := text(from[code]), text(from[message])
	if c == "" && m == "" {
		return false
	}
	s.code, s.message = c, m
	return true
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64) // as it was written, whatever its size
	default:
		return ""
	}
}

func decodeText(body []byte) said {
	page := string(body)
	if !strings.HasPrefix(page, "<") {
		return said{message: page}
	}
	s := said{html: true, message: "a web page instead of an answer"}
	if found := title.FindStringSubmatch(page); found != nil {
		s.message += ": " + strings.TrimSpace(found[1])
	}
	return s
}

var title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// hide takes credentials of the request out of a text that may echo them, and everything that looks like a key.
func hide(s string, sent http.Header) string {
	for _, name := range [...]string{"X-Auth-Token", "X-Security-Token", "Authorization"} {
		for _, value := range sent.Values(name) {
			s = strings.ReplaceAll(s, value, "[secret]")
			if _, signature, ok := strings.Cut(value, "Signature="); ok && signature != "" {
				s = strings.ReplaceAll(s, signature, "[secret]")
			}
		}
	}
	if i := strings.Index(s, "PRIVATE KEY"); i >= 0 {
		s = s[:i] + "[secret]"
	}
	return s
}
