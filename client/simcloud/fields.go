package simcloud

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// ref is how the services point at another object.
type ref struct {
	ID string `json:"id"`
}

// link adds id to refs that do not have it yet, unlink takes it away. The list is never nil, so that it is never null.
func link(refs []ref, id string) []ref {
	if slices.Contains(refs, ref{id}) {
		return refs
	}
	return append(refs, ref{id})
}

func unlink(refs []ref, id string) []ref {
	return slices.DeleteFunc(refs, func(r ref) bool { return r.ID == id })
}

// nullable is a string that is null when it is empty.
type nullable string

// MarshalJSON writes "" as null.
func (n nullable) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(n))
}

// fields are the members of an object in a request body. What is absent leaves its target alone, null clears it.
type fields struct {
	raw map[string]json.RawMessage
	bad []string
}

// fields decodes the object under name; a refusal when the body has none, or the object lacks a required member.
func (q *call) fields(name string, required ...string) (*fields, answer) {
	object, ok := q.object(name)
	f := &fields{}
	if !ok || json.Unmarshal(object, &f.raw) != nil {
		return nil, q.invalid("the body has no %s", name)
	}
	for _, member := range required {
		if !f.has(member) {
			return nil, q.invalid("%s is required", member)
		}
	}
	return f, answer{}
}

func (f *fields) has(name string) bool {
	return f.raw[name] != nil && !bytes.Equal(f.raw[name], []byte("null"))
}

// into decodes the member into the target, a pointer.
func (f *fields) into(name string, target any) {
	raw, ok := f.raw[name]
	if !ok {
		return
	}
	fresh := reflect.New(reflect.TypeOf(target).Elem())
	if json.Unmarshal(raw, fresh.Interface()) != nil {
		f.bad = append(f.bad, name)
		return
	}
	reflect.ValueOf(target).Elem().Set(fresh.Elem())
}

// take decodes the members with these names into the fields of the object that are called so in JSON.
func (f *fields) take(object any, names string) {
	v := reflect.ValueOf(object).Elem()
	for name := range strings.FieldsSeq(names) {
		f.into(name, fieldOf(v, name).Addr().Interface())
	}
}

// refuse names the members that are of no use so far; without status there are none.
func (q *call) refuse(f *fields) answer {
	if len(f.bad) == 0 {
		return answer{}
	}
	return q.invalid("invalid value of %s", strings.Join(f.bad, ", "))
}

// text is the member as a string, "" without it.
func (f *fields) text(name string) string {
	var s string
	f.into(name, &s)
	return s
}
