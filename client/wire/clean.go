package wire

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longest  = 256 // runes of a cleaned string
	marksRow = 3   // combining marks in a row that real writing needs at most
)

// Clean makes text of a service harmless for terminals, files and logs. Control characters, line breaks, bidi controls,
// invisible and unassigned characters and invalid UTF-8 become visible escapes such as \x1b or \u202e; ordinary
// writing, CJK and emoji stay. The result has at most 256 runes; what is longer ends in "…". Cleaning twice changes
// nothing.
func Clean(s string) string { return clean(s, longest) }

// CleanWhole is Clean without the bound: for text that was put together here, whose end must not get lost.
func CleanWhole(s string) string { return clean(s, 0) }

// clean is Clean with its own bound in runes; 0 = no bound.
func clean(s string, most int) string {
	if harmless(s, most) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4*longest) + 16)
	count, marks := 0, 0
	cut := 0 // where the text ends if it turns out to be too long
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		piece, wide := s[i:i+size], 1
		marks = marksAfter(marks, r)
		switch {
		case r == utf8.RuneError && size == 1:
			piece = fmt.Sprintf(`\x%02x`, s[i])
		case marks > marksRow || !visible(r):
			piece = escape(r)
		}
		if piece != s[i:i+size] {
			wide, marks = len(piece), 0
		}
		if most > 0 && count+wide > most {
			return b.String()[:cut] + "…"
		}
		b.WriteString(piece)
		count += wide
		if count < most {
			cut = b.Len()
		}
		i += size
	}
	return b.String()
}

// harmless says whether s can stay as it is.
func harmless(s string, most int) bool {
	ascii := true
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf {
			ascii = false
			break
		} else if c < ' ' || c == 0x7f {
			return false
		}
	}
	if ascii {
		return most == 0 || len(s) <= most
	}
	count, marks := 0, 0
	for i, r := range s {
		count++
		if marks = marksAfter(marks, r); marks > marksRow || !visible(r) || most > 0 && count > most {
			return false
		}
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return false
		}
	}
	return true
}

func marksAfter(marks int, r rune) int {
	if r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me) {
		return marks + 1
	}
	return 0
}

// visible says whether r can be seen and changes nothing about how other text is seen. unicode.IsGraphic leaves out
// controls, bidi and other format characters, line separators, private and unassigned ones; the rest of the list are
// letters and marks that are drawn as nothing.
func visible(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r != 0x7f
	}
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2800, r == 0x3164, r == 0xffa0,
		r >= 0x180b && r <= 0x180f, r >= 0xe0000 && r <= 0xe0fff:
		return false
	}
	return unicode.IsGraphic(r)
}

func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	default:
		return fmt.Sprintf(`\U%08x`, r)
	}
}

// cleanAll runs the sanitiser over every string below v, keys of maps included. A field tagged `clean:"whole"` is never
// shortened: it holds a list whose end must not get lost. Entries of maps whose key names a secret are dropped.
func cleanAll(v any) {
	if v != nil {
		cleaner{}.walk(reflect.ValueOf(v), longest)
	}
}

// cleaner walks through values. It holds those fields of each struct type that it met which can hold text.
type cleaner map[reflect.Type][]textField

type textField struct {
	index int
	whole bool
}

func (c cleaner) textFields(t reflect.Type) []textField {
	if fields, known := c[t]; known {
		return fields
	}
	var fields []textField
	for i := range t.NumField() {
		f := t.Field(i)
		if holdsText(f) {
			fields = append(fields, textField{i, f.Tag.Get("clean") == "whole"})
		}
	}
	c[t] = fields
	return fields
}

// holdsText: fields of an embedded struct are decoded even where its type is not exported.
func holdsText(f reflect.StructField) bool {
	switch f.Type.Kind() {
	case reflect.String, reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Array, reflect.Map:
		return f.IsExported()
	case reflect.Struct:
		return f.IsExported() || f.Anonymous
	default:
		return false
	}
}

func (c cleaner) walk(v reflect.Value, most int) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			if s := v.String(); !harmless(s, most) {
				v.SetString(clean(s, most))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			c.walk(v.Elem(), most)
		}
	case reflect.Interface:
		if v.IsNil() {
			return
		}
		inner := v.Elem()
		if k := inner.Kind(); k == reflect.Map || k == reflect.Slice || k == reflect.Pointer {
			c.walk(inner, most)
		} else if k == reflect.String && v.CanSet() {
			v.Set(reflect.ValueOf(clean(inner.String(), most)))
		}
	case reflect.Struct:
		for _, f := range c.textFields(v.Type()) {
			if f.whole {
				c.walk(v.Field(f.index), 0)
			} else {
				c.walk(v.Field(f.index), most)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			c.walk(v.Index(i), most)
		}
	case reflect.Map:
		c.walkMap(v, most)
	}
}

func (c cleaner) walkMap(m reflect.Value, most int) {
	for _, key := range m.MapKeys() {
		named := key.Kind() == reflect.String
		if named && secret(key.String()) {
			m.SetMapIndex(key, reflect.Value{})
			continue
		}
		value := reflect.New(m.Type().Elem()).Elem()
		value.Set(m.MapIndex(key))
		c.walk(value, most)
		if named && !harmless(key.String(), most) {
			m.SetMapIndex(key, reflect.Value{})
			key = reflect.ValueOf(clean(key.String(), most)).Convert(m.Type().Key())
		}
		m.SetMapIndex(key, value)
	}
}

// secret says whether a key of a free-form object names something that must not be kept: the registries of microservice
// channels come with their passwords.
func secret(key string) bool {
	key = strings.ToLower(key)
	for _, word := range [...]string{"password", "passwd", "secret", "private_key", "privatekey", "token", "credential"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}
