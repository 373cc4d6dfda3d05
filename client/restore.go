package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"janitor/client/decode"
)

// Spec is what it takes to make an object again: its id and some of its fields, as the service wrote them. Unlike all
// else in this package its text is not cleaned, for it goes back to the service to the letter: what is shown of it is
// given by [Spec.Text]. As JSON it is ASCII, and harmless in any file.
type Spec struct {
	ID     string
	fields []keptField // in the order of their names
}

// keptField is a field of an object that says something, if only that a list of it is empty.
type keptField struct{ name, value string } // the value is JSON, as it came

func byName(a, b keptField) int { return strings.Compare(a.name, b.name) }

// value is the field as it came, "" when it is not there.
func (s Spec) value(name string) string {
	for i := range s.fields {
		if s.fields[i].name == name {
			return s.fields[i].value
		}
	}
	return ""
}

// UnmarshalJSON takes all fields of an object.
func (s *Spec) UnmarshalJSON(data []byte) error { return s.take(data, nil) }

// take keeps a field of an object where its name is among names; nil: all of them. It never holds more of the object
// than that: there are private keys in some.
func (s *Spec) take(data []byte, names []string) error {
	if s.quickly(data, names) {
		return nil
	}
	return s.thoroughly(data, names)
}

func (s *Spec) thoroughly(data []byte, names []string) error {
	*s = Spec{}
	var parts map[string]decode.Part
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if id, ok := parts["id"]; ok {
		if err := decode.Lenient(id, &s.ID); err != nil {
			return err
		}
		s.ID = Clean(s.ID)
	}
	for name, value := range parts {
		if name != "id" && (names == nil || slices.Contains(names, name)) && tells(string(value)) {
			s.fields = append(s.fields, keptField{name, string(value)})
		}
	}
	slices.SortFunc(s.fields, byName)
	return nil
}

// quickly is take for an object as they are, with its names given; lists of them are long.
func (s *Spec) quickly(data []byte, names []string) bool {
	var d decode.Decoder
	return d.Answer(data, func() bool { return s.read(&d, names) })
}

// read is quickly for the next value. All values become views of one text, which holds nothing else.
func (s *Spec) read(d *decode.Decoder, names []string) bool {
	if names == nil || len(names) > 64 {
		return false
	}
	type value struct {
		name int
		raw  []byte
	}
	var (
		values = make([]value, 0, 32)
		id     []byte
		size   int
		seen   uint64 // by the place among names
	)
	if !d.Object(func(name []byte) bool {
		raw, ok := d.Raw()
		if !ok {
			return false
		}
		if string(name) == "id" {
			again := id != nil
			id = raw
			return !again
		}
		i := slices.Index(names, string(name))
		if i < 0 {
			return true
		}
		again := seen&(1<<i) != 0 // the last one counts
		seen |= 1 << i
		if again || !tells(string(raw)) {
			return !again
		}
		values = append(values, value{i, raw})
		size += len(raw)
		return true
	}) {
		return false
	}
	*s = Spec{fields: make([]keptField, len(values))}
	if id != nil && decode.Lenient(id, &s.ID) != nil {
		return false
	}
	s.ID = Clean(s.ID)
	var text strings.Builder
	text.Grow(size)
	for _, v := range values {
		text.Write(v.raw)
	}
	all := text.String()
	for i, v := range values {
		s.fields[i] = keptField{names[v.name], all[:len(v.raw)]}
		all = all[len(v.raw):]
	}
	slices.SortFunc(s.fields, byName)
	return true
}

// MarshalJSON writes what it holds, the fields in the order of their names.
func (s Spec) MarshalJSON() ([]byte, error) {
	size := len(s.ID) + len(`{"id":""}`)
	for _, f := range s.fields {
		size += len(f.name) + len(f.value) + len(`"":,`)
	}
	out := append(make([]byte, 0, size), '{')
	put := func(name string) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(quoted(out, name), ':')
	}
	id := s.ID != ""
	for _, f := range s.fields {
		if id && f.name > "id" {
			put("id")
			out, id = quoted(out, s.ID), false
		}
		put(f.name)
		out = append(out, f.value...)
	}
	if id {
		put("id")
		out = quoted(out, s.ID)
	}
	return ascii(append(out, '}')), nil
}

// quoted appends a text as JSON.
func quoted(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			data, _ := json.Marshal(text) // never fails for a text
			return append(to, data...)
		}
	}
	return append(append(append(to, '"'), text...), '"')
}

// body are the fields of these names, nil: all, that say something.
func (s Spec) body(names []string) map[string]json.RawMessage {
	all := make(map[string]json.RawMessage, len(s.fields))
	for _, f := range s.fields {
		if (names == nil || slices.Contains(names, f.name)) && says(f.value) {
			all[f.name] = json.RawMessage(documented(f))
		}
	}
	return all
}

// documented is the value as a call takes it: a number is no text, whatever the service writes.
func documented(f keptField) string {
	var n *int
	if f.value[0] != '"' || !slices.Contains(numberFields, f.name) || decode.Lenient([]byte(f.value), &n) != nil || n == nil {
		return f.value
	}
	return strconv.Itoa(*n)
}

// ascii writes all that is not ASCII as escapes: in JSON that stands in strings only.
func ascii(data []byte) []byte {
	if !slices.ContainsFunc(data, func(c byte) bool { return c > '~' }) {
		return data
	}
	var b bytes.Buffer
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r <= '~':
			b.WriteByte(data[0])
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
		data = data[size:]
	}
	return b.Bytes()
}

// says: the field is set; null, "", {} and [] all mean that it is not (api.md 1).
func says(value string) bool {
	switch value {
	case "", "null", `""`, "{}", "[]":
		return false
	}
	return true
}

// tells: the field is kept. An empty list is: where one is missing, that does not mean that it is empty.
func tells(value string) bool { return says(value) || value == "[]" }

// Has says whether the field is set.
func (s Spec) Has(name string) bool { return says(s.value(name)) }

// Tells says whether the field is there: set, or a list that is empty.
func (s Spec) Tells(name string) bool { return tells(s.value(name)) }

// raw is the field as text, to the letter; numbers and bools as they are written.
func (s Spec) raw(name string) string {
	value := s.value(name)
	var text string
	switch {
	case !says(value):
		return ""
	case json.Unmarshal([]byte(value), &text) != nil:
		return value
	}
	return text
}

// Text is the field, cleaned, for people and for comparing with what lists show.
func (s Spec) Text(name string) string { return Clean(s.raw(name)) }

// Into decodes the field; one that is not set leaves v as it is.
func (s Spec) Into(name string, v any) error {
	if !s.Has(name) {
		return nil
	}
	return decode.Lenient([]byte(s.value(name)), v)
}

// IDs are those that the field points at, or the id that it is.
func (s Spec) IDs(name string) IDs {
	var ids IDs
	if value := s.value(name); value != "" && ids.UnmarshalJSON([]byte(value)) != nil {
		return NewIDs(s.raw(name))
	}
	return ids
}

// With gives a spec with the field set to what JSON makes of the value.
func (s Spec) With(name string, value any) Spec {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // ids, numbers and lists of them
	}
	s = s.without(name)
	if value := string(data); says(value) && name != "id" {
		s.fields = append(s.fields, keptField{name, value})
		slices.SortFunc(s.fields, byName)
	}
	return s
}

// without gives a spec that lacks these fields.
func (s Spec) without(names ...string) Spec {
	s.fields = slices.DeleteFunc(slices.Clone(s.fields), func(f keptField) bool { return slices.Contains(names, f.name) })
	return s
}

// Like says whether both say the same in those of these fields that one of them sets.
func (s Spec) Like(other Spec, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !sameValue(s.value(name), other.value(name)) })
}

func sameValue(a, b string) bool {
	if a == b || !says(a) && !says(b) || isNumber(a) && strings.Trim(a, `"`) == strings.Trim(b, `"`) {
		return true
	}
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// isNumber: it is a whole number, perhaps as text.
func isNumber(value string) bool {
	_, err := strconv.Atoi(strings.Trim(value, `"`))
	return err == nil
}

// Blurred names the first of the fields whose text was cleaned or may have been, "" for none: of an object that was kept
// as it was shown, what it said to the letter is not known then.
func (s Spec) Blurred(names ...string) string {
	for _, name := range names {
		if text := s.raw(name); strings.Contains(text, `\`) || strings.HasSuffix(text, "…") || s.garbled(name) {
			return name
		}
	}
	return ""
}

// Garbled names the first of the fields whose text was no text: bytes of it are lost.
func (s Spec) Garbled(names ...string) string {
	for _, name := range names {
		if s.garbled(name) {
			return name
		}
	}
	return ""
}

func (s Spec) garbled(name string) bool {
	return strings.ContainsRune(s.raw(name), utf8.RuneError)
}

// form says which fields of a kind of object are kept.
type form interface{ names() []string }

// filled is an object of which the fields of a form were kept.
type filled[F form] struct{ Spec }

// UnmarshalJSON drops what the form does not name.
func (f *filled[F]) UnmarshalJSON(data []byte) error {
	var of F
	return f.take(data, of.names())
}

// DecodeFrom is UnmarshalJSON for objects as they are documented; see [decode.Own].
func (f *filled[F]) DecodeFrom(d *decode.Decoder) bool {
	var of F
	return f.read(d, of.names())
}

func (f filled[F]) key() string { return f.ID }
func (f filled[F]) spec() Spec  { return f.Spec }
