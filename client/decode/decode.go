// Package decode reads the JSON of services. A [Decoder] is quick and takes what is as documented; [Lenient] takes its time,
// and takes whatever has a plain meaning.
package decode

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Decoder decodes in one pass what is as documented, for lists are long and [json.Unmarshal] goes over them several times.
// What it takes it decodes as json.Unmarshal does. It refuses whatever is wrong or merely unusual — another type, a name in
// other case or given twice, a number with a fraction —, which is for [Lenient] to look at. Methods that say false leave
// everything half done.
//
// The zero value is ready. One that decodes the pages of a list one after the other spares making much of its own anew, and
// keeps text that comes again once.
type Decoder struct {
	data  []byte
	at    int
	depth int
	odd   bool // something was decoded that has to be cleaned, or may have to

	texts   texts
	plans   map[reflect.Type]*plan
	drafts  map[reflect.Type]*draft
	shelves map[reflect.Type]*shelf
	lines   []byte // or texts that are joined
}

// Own is a value that takes from the decoder what it is made of. None of its text needs cleaning afterwards,
// but for what it takes by [Decoder.Value].
type Own interface{ DecodeFrom(d *Decoder) bool }

// Answer decodes an answer, by what read takes from the decoder, and says whether it took all of it. Afterwards the
// decoder has let go of the answer, which may hold private keys.
func (d *Decoder) Answer(data []byte, read func() bool) bool {
	d.texts.prepare(len(data))
	d.data, d.at, d.depth, d.odd = data, 0, 0, false
	ok := read()
	d.white()
	ok = ok && d.at == len(d.data)
	d.data = nil
	if !ok {
		clear(d.drafts)
	}
	return ok
}

// Harmless says that all text of the last answer was printable ASCII of at most 256 characters.
func (d *Decoder) Harmless() bool { return !d.odd }

// Value decodes the next value into what v points at, which is a zero value.
func (d *Decoder) Value(v any) bool {
	if d.plans == nil {
		d.plans, d.drafts, d.shelves = map[reflect.Type]*plan{}, map[reflect.Type]*draft{}, map[reflect.Type]*shelf{}
	}
	to := reflect.ValueOf(v).Elem()
	p, known := d.plans[to.Type()]
	if !known {
		p = planFor(to.Type())
		d.plans[to.Type()] = p
	}
	return p != nil && d.decode(p, to)
}

// Object goes through the fields of an object: field must take the value of the one of that name.
func (d *Decoder) Object(field func(name []byte) bool) bool {
	return d.each('{', '}', func() bool {
		name, ok := d.name()
		return ok && field(name)
	})
}

// Raw is the next value as it stands, part of the answer.
func (d *Decoder) Raw() ([]byte, bool) {
	d.white()
	from := d.at
	if !d.skip() {
		return nil, false
	}
	return d.data[from:d.at], true
}

// Null says whether the next value is null, and leaves it there.
func (d *Decoder) Null() bool {
	d.white()
	return d.at < len(d.data) && d.data[d.at] == 'n'
}

// Lines reads a list of objects of which only the texts of these names count: a line of each object, with a line break after
// it and tabs between the texts. Text that is not printable ASCII of at most 256 characters goes through clean, which
// must leave neither tabs nor line breaks in it. The lines are good until the decoder is used again.
func (d *Decoder) Lines(clean func(string) string, names ...string) (lines []byte, ok bool) {
	if d.Null() {
		return nil, d.word("null")
	}
	d.lines = d.lines[:0]
	texts := make([][]byte, len(names))
	ok = d.each('[', ']', func() bool {
		clear(texts)
		ok := d.Object(func(name []byte) bool {
			i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, string(name)) })
			switch {
			case i < 0:
				return d.skip()
			case names[i] != string(name) || texts[i] != nil:
				return false
			}
			text, ok := d.cleaned(clean)
			texts[i] = text
			return ok
		})
		for i, text := range texts {
			if i > 0 {
				d.lines = append(d.lines, '\t')
			}
			d.lines = append(d.lines, text...)
		}
		d.lines = append(d.lines, '\n')
		return ok
	})
	return d.lines, ok
}

// Keep is this text, kept as other text of the answers is: once, where it comes again.
func (d *Decoder) Keep(text []byte) string { return d.texts.keep(text) }

// cleaned reads a text that needs no cleaning afterwards. It is never nil, and part of the answer where that is plain.
func (d *Decoder) cleaned(clean func(string) string) (text []byte, ok bool) {
	if d.Null() {
		return []byte{}, d.word("null")
	}
	raw, plain, ok := d.quoted()
	if !ok || plain && len(raw) <= shortest {
		return raw, ok
	}
	var s string
	if json.Unmarshal(d.data[d.at-len(raw)-2:d.at], &s) != nil {
		return nil, false
	}
	return []byte(clean(s)), true
}

// Joined reads a list of texts, with commas between them.
func (d *Decoder) Joined() (joined string, ok bool) {
	if d.Null() {
		return "", d.word("null")
	}
	d.lines = d.lines[:0]
	ok = d.each('[', ']', func() bool {
		d.white()
		raw, plain, ok := d.quoted()
		d.lines = append(append(d.lines, raw...), ',')
		return ok && plain && len(raw) <= shortest
	})
	if !ok {
		return "", false
	}
	return d.texts.keep(bytes.TrimSuffix(d.lines, []byte(","))), true
}
