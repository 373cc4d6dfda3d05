package wire

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Class sorts failures by what one does about them. It is an error itself, so errors.Is(err, wire.NotFound) asks for
// it. The zero Class is a failure that fits none: a bad request, an internal error of the service.
type Class string

// The classes.
const (
	NotFound     Class = "not found"
	InUse        Class = "in use"
	Protected    Class = "protected"
	Throttled    Class = "throttled"           // not applied; the quota of requests is used up
	Unauthorised Class = "unauthorised"        // not applied; who we are was not accepted
	Forbidden    Class = "forbidden"           // not applied; we may not do this
	Pending      Class = "change under way"    // not applied; another change has to end first
	RouteAbsent  Class = "route absent"        // this cloud does not have the call
	Transport    Class = "transport"           // no whole answer: whether it was applied is unknown unless Unsent
	BadAnswer    Class = "answer not readable" // success claimed, but the answer makes no sense: read back
)

// Error makes a Class a target for errors.Is.
func (c Class) Error() string { return string(c) }

// Error is any failure of a call. All texts are cleaned; none holds a credential.
type Error struct {
	Doing        string // what was being done, to which item: "deleting pool 11…01"
	Method, Path string
	Status       int    // HTTP status, 0 without an answer
	Code         string // the service's own code, "" when it gave none
	Message      string // the service's words
	RequestID    string // for the service's support
	Class        Class
	RetryAfter   time.Duration // how long the service asks to wait; 0 = not said
	Unsent       bool          // the request certainly never left: nothing can have happened
	Err          error         // cause below the service, e.g. context.Canceled or a network error

	timeout bool // no answer in time
}

// Error is one line: what was being done, the service's code and words, where to look, what to do.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Doing != "" {
		b.WriteString(e.Doing + ": ")
	}
	b.WriteString(e.Said())
	var notes []string
	if e.Status != 0 && (e.Code != "" || e.Message != "") && !strings.HasPrefix(e.Message, fmt.Sprintf("%d: ", e.Status)) {
		notes = append(notes, fmt.Sprintf("HTTP %d", e.Status))
	}
	if e.RequestID != "" {
		notes = append(notes, "request "+e.RequestID)
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	if _, inner := errors.AsType[*Error](e.Err); !inner && e.hint() != "" {
		b.WriteString("; " + e.hint())
	}
	return b.String()
}

// Said is the failure itself in a few words, without what was being done: the code and the service's message, or what
// kept the answer from coming.
func (e *Error) Said() string {
	switch {
	case e.Code != "" && e.Message != "":
		return e.Code + " " + e.Message
	case e.Code != "" || e.Message != "":
		return e.Code + e.Message
	case e.Status != 0:
		return strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	case e.Err != nil:
		return Clean(e.Err.Error())
	default:
		return string(e.Class)
	}
}

func (e *Error) hint() string {
	switch e.Class {
	case Unauthorised:
		return "check the credentials of the profile and the clock of this computer"
	case Throttled:
		return "wait and try again"
	case RouteAbsent:
		return "this cloud does not offer the call"
	default:
		return ""
	}
}

// Is matches the Class.
func (e *Error) Is(target error) bool {
	class, ok := target.(Class)
	return ok && class != "" && e.Class == class
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
