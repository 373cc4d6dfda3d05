package decode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Lenient is json.Unmarshal for services that do not keep to their documents: when values have other types than v, it
// tries once more with those put right whose meaning is plain: "443" and 443.0 for a number, 5 for a string, "true" and 1
// for a bool, "", {} and [] for an object or list that is unset (api.md 1), a bare id for an object of an id. Whatever
// else does not fit stays an error: a reference must not get lost.
func Lenient(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); !odd {
		return err
	}
	into := reflect.ValueOf(v).Elem()
	var b bytes.Buffer
	fit(&b, data, into.Type())
	defer clear(b.Bytes())
	into.SetZero()
	if again := json.Unmarshal(b.Bytes(), v); again == nil {
		return nil
	}
	return err
}

// fit writes the JSON value raw as one that fits t; as it is when it cannot. Of an object that is known only what t knows
// is written, so that private keys go no further.
func fit(b *bytes.Buffer, raw Part, t reflect.Type) {
	raw = bytes.TrimSpace(raw)
	if reflect.PointerTo(t).Implements(unmarshalsItself) || len(raw) == 0 || string(raw) == "null" {
		b.Write(raw)
		return
	}
	unset := string(raw) == `""` || string(raw) == "{}" || string(raw) == "[]"
	switch kind := t.Kind(); kind {
	case reflect.Pointer:
		fit(b, raw, t.Elem())
	case reflect.Struct:
		switch {
		case raw[0] == '{':
			fitObject(b, raw, t)
		case unset:
			b.WriteString("null")
		case raw[0] == '"' && refers(t):
			fmt.Fprintf(b, `{"id":%s}`, raw)
		default:
			b.Write(raw)
		}
	case reflect.Slice:
		switch {
		case raw[0] == '[':
			fitList(b, raw, t.Elem())
		case unset:
			b.WriteString("null")
		default:
			b.Write(raw)
		}
	case reflect.String:
		if raw[0] == '"' || raw[0] == '{' || raw[0] == '[' {
			b.Write(raw)
		} else {
			fmt.Fprintf(b, "%q", raw)
		}
	case reflect.Int, reflect.Bool:
		word := strings.ToLower(strings.TrimSpace(strings.Trim(string(raw), `"`)))
		b.WriteString(plain(word, kind == reflect.Bool, string(raw)))
	default:
		b.Write(raw)
	}
}

// refers: it is an object of an id and nothing else.
func refers(t reflect.Type) bool { return t.NumField() == 1 && t.Field(0).Tag.Get("json") == "id" }

// plain is the number or bool that a word means, otherwise when it means none.
func plain(word string, isBool bool, otherwise string) string {
	if word == "" {
		return "null"
	}
	if isBool {
		if v, err := strconv.ParseBool(word); err == nil {
			return strconv.FormatBool(v)
		}
		return otherwise
	}
	const exact = 1 << 53 // beyond it a float64 is not every whole number
	if v, err := strconv.ParseFloat(word, 64); err == nil && v == math.Trunc(v) && math.Abs(v) < exact {
		return strconv.FormatInt(int64(v), 10)
	}
	return otherwise
}

func fitObject(b *bytes.Buffer, raw Part, t reflect.Type) {
	var parts map[string]Part
	if json.Unmarshal(raw, &parts) != nil {
		b.Write(raw)
		return
	}
	open := byte('{')
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" || !field.IsExported() {
			continue
		}
		if part, ok := parts[name]; ok {
			b.WriteByte(open)
			open = ','
			fmt.Fprintf(b, "%q:", name)
			fit(b, part, field.Type)
		}
	}
	if open == '{' {
		b.WriteByte('{')
	}
	b.WriteByte('}')
}

func fitList(b *bytes.Buffer, raw Part, t reflect.Type) {
	var parts []Part
	if json.Unmarshal(raw, &parts) != nil {
		b.Write(raw)
		return
	}
	b.WriteByte('[')
	for i, part := range parts {
		if i > 0 {
			b.WriteByte(',')
		}
		fit(b, part, t)
	}
	b.WriteByte(']')
}

// Part is a value within an answer. Unlike [json.RawMessage] it is no copy: an answer may be large and hold private keys.
// So it must not outlive the bytes it was decoded from.
type Part []byte

// UnmarshalJSON keeps a view of data.
func (p *Part) UnmarshalJSON(data []byte) error {
	*p = data
	return nil
}
