package simcloud

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// statusClientGone is what the log shows for a request whose client did not wait; nobody receives it.
const statusClientGone = 499

// answer is what a handler returns; a nil body sends none.
type answer struct {
	status  int
	header  map[string]string
	body    any
	encoded []byte
	send    sender // nil = whole
}

func (a *answer) set(name, value string) {
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header[name] = value
}

func (a *answer) encode() {
	if a.body == nil || a.encoded != nil {
		return
	}
	data, err := json.Marshal(a.body)
	if err != nil {
		panic(fmt.Sprintf("simcloud: an answer that is not JSON: %v", err)) // unreachable: bodies are our own structs
	}
	a.encoded = data
}

// codedError is the error body of ELB v3, of the API gateway in front (both with request id) and of APIC and APIG
// (without), api.md 6.1.
type codedError struct {
	Message   string `json:"error_msg"`
	Code      string `json:"error_code"`
	RequestID string `json:"request_id,omitempty"`
}

// front is a refusal by the API gateway that stands before every service.
func (q *call) front(status int, code, text string) answer {
	return answer{status: status, body: codedError{text, code, q.requestID}}
}

// elb is a refusal by ELB v3.
func (q *call) elb(status int, code, format string, args ...any) answer {
	return answer{status: status, body: codedError{fmt.Sprintf(format, args...), code, q.requestID}}
}

// channelError is a refusal by APIC or APIG.
func channelError(status int, code, text string) answer {
	return answer{status: status, body: codedError{Message: text, Code: code}}
}

// neutron is a refusal by the v2.0 family, in the words of Octavia where the cloud is one.
func (q *call) neutron(status int, kind, format string, args ...any) answer {
	if q.options.Octavia {
		return fault(status, fmt.Sprintf(format, args...))
	}
	type neutronError struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Detail  string `json:"detail"`
	}
	return answer{status: status, body: struct {
		E neutronError `json:"NeutronError"`
	}{neutronError{Message: fmt.Sprintf(format, args...), Type: kind}}}
}

// fault is a refusal by Octavia (api.md 6.1).
func fault(status int, text string) answer {
	who := "Client"
	if status >= http.StatusInternalServerError {
		who = "Server"
	}
	return answer{status: status, body: struct {
		Code  string  `json:"faultcode"`
		Text  string  `json:"faultstring"`
		Debug *string `json:"debuginfo"`
	}{Code: who, Text: text}}
}

// iamError is a refusal by IAM.
func iamError(status int, text string) answer {
	type problem struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Title   string `json:"title"`
	}
	return answer{status: status, body: struct {
		E problem `json:"error"`
	}{problem{status, text, http.StatusText(status)}}}
}

// shown is an object in its v3 envelope.
func (q *call) shown(status int, name string, object any) answer {
	return answer{status: status, body: map[string]any{"request_id": q.requestID, name: object}}
}

// shownBy is an object as the family of the request shows it; view is how v2.0 does.
func shownBy[T any](q *call, status int, name string, object T, view func(T) any) answer {
	if q.family == sharedELB {
		return answer{status: status, body: map[string]any{name: view(object)}}
	}
	return q.shown(status, name, object)
}

// known finds an object that the family of the request knows.
func known[T both](q *call, t *table[T], kind, id string) (found T, missing answer) {
	o, ok := t.get(id)
	if !ok || q.family == sharedELB && !o.inV2() {
		return found, q.notFound(kind, id)
	}
	return o, answer{}
}

// show is the handler that shows the object that the path names.
func show[T any](find func(*call, string) (T, answer), as func(*call, int, T) answer) func(*call) answer {
	return func(q *call) answer {
		object, missing := find(q, q.args[0])
		if missing.status != 0 {
			return missing
		}
		return as(q, http.StatusOK, object)
	}
}

// update changes the object that the path names, or nothing of it: set takes what the body says over into a copy, which change
// puts in its place.
func update[T any](q *call, kind string, find func(id string) (*T, answer), set func(*T, *fields) answer, change func(*T, T), as func(int, *T) answer) answer {
	object, missing := find(q.args[0])
	if object == nil {
		return missing
	}
	in, refused := q.fields(kind)
	if in == nil {
		return refused
	}
	next := *object
	if refused := set(&next, in); refused.status != 0 {
		return refused
	}
	change(object, next)
	return as(http.StatusOK, object)
}

// erase deletes the object that the path names, unless something is in its way: blocked says what, nil = nothing ever is.
func erase[T any](q *call, find func(id string) (T, answer), blocked func(T) string, remove func(T)) answer {
	object, missing := find(q.args[0])
	if missing.status != 0 {
		return missing
	}
	if blocked != nil {
		if why := blocked(object); why != "" {
			return q.inUse(why)
		}
	}
	remove(object)
	return deleted
}

// stamp is the time of a change as an object holds it: those of shared load balancers have no times.
func (q *call) stamp(shared bool) string {
	if shared {
		return ""
	}
	return q.now()
}

// Classes of refusal that the ELB families share, each in its own words. A missing object is 404 ELB.8904 or
// EntityNotFound, one in the way 409 ELB.8907 or EntityInUse, bad input 400 ELB.8902 (api.md 6.1, 6.2).

func (q *call) notFound(kind, id string) answer {
	if q.family == sharedELB {
		return q.neutron(http.StatusNotFound, "EntityNotFound", "%s %s could not be found", kind, id)
	}
	return q.elb(http.StatusNotFound, "ELB.8904", "%s %s not found", kind, id)
}

func (q *call) inUse(text string) answer {
	if q.family == sharedELB {
		return q.neutron(http.StatusConflict, "EntityInUse", "%s", text)
	}
	return q.elb(http.StatusConflict, "ELB.8907", "%s", text)
}

func (q *call) invalid(format string, args ...any) answer {
	if q.family == sharedELB {
		return q.neutron(http.StatusBadRequest, "InvalidInput", format, args...)
	}
	return q.elb(http.StatusBadRequest, "ELB.8902", format, args...)
}

var deleted = answer{status: http.StatusNoContent}
