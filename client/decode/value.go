package decode

import (
	"encoding/json"
	"reflect"
)

// decode decodes the next value into v, which is a zero value.
func (d *Decoder) decode(p *plan, v reflect.Value) bool {
	if d.white(); d.at == len(d.data) {
		return false
	}
	if d.data[d.at] == 'n' && p.sort > own {
		return d.word("null")
	}
	switch p.sort {
	case own:
		return v.Addr().Interface().(Own).DecodeFrom(d)
	case text:
		return d.text(v)
	case number:
		n, ok := d.number()
		v.SetInt(n)
		return ok
	case flag:
		if d.data[d.at] == 't' {
			v.SetBool(true)
			return d.word("true")
		}
		return d.word("false")
	case pointer:
		v.Set(d.room(p.t.Elem(), 1).Index(0).Addr())
		return d.decode(p.elem, v.Elem())
	case list:
		return d.list(p, v)
	case structure:
		return d.fields(p, v)
	default:
		return d.foreign(v)
	}
}

func (d *Decoder) text(v reflect.Value) bool {
	raw, plain, ok := d.quoted()
	if !ok {
		return false
	}
	d.odd = d.odd || !plain || len(raw) > shortest
	if plain {
		v.SetString(d.texts.keep(raw))
		return true
	}
	var s string
	if json.Unmarshal(d.data[d.at-len(raw)-2:d.at], &s) != nil {
		return false
	}
	v.SetString(d.Keep([]byte(s)))
	return true
}

// shortest text that may be too long.
const shortest = 256

// list decodes elements into a draft. A long one that is nearly filled becomes the list itself, as with the pages of a list,
// each as long as the one before; otherwise the list is a copy that fits.
func (d *Decoder) list(p *plan, v reflect.Value) bool {
	room := d.drafts[p.t]
	if room == nil {
		room = &draft{list: reflect.New(p.t).Elem()}
		d.drafts[p.t] = room
	}
	n := 0
	if !d.each('[', ']', func() bool {
		if n == room.list.Cap() {
			room.list.Grow(max(1, room.last-n))
		}
		n++
		room.list.SetLen(n)
		return d.decode(p.elem, room.list.Index(n-1))
	}) {
		return false
	}
	if n > few && 8*n >= 7*room.list.Cap() {
		v.Set(room.list)
		room.list.SetZero()
		room.last = n
		return true
	}
	made := d.room(p.t.Elem(), n)
	reflect.Copy(made, room.list)
	room.list.Clear()
	room.list.SetLen(0)
	v.Set(made)
	return true
}

// draft is a list that is being decoded.
type draft struct {
	list reflect.Value
	last int // how long the one was that was given away
}

// few elements of a list have their place beside those of other lists.
const few = 16

// room is for so many values of a type, zero ones. Those of a hundred thousand objects, each by itself, would lie scattered
// between what is garbage soon, and leave gaps that take as much memory as they do.
func (d *Decoder) room(t reflect.Type, n int) reflect.Value {
	if n > few {
		return reflect.MakeSlice(reflect.SliceOf(t), n, n)
	}
	s := d.shelves[t]
	if s == nil {
		s = &shelf{values: reflect.MakeSlice(reflect.SliceOf(t), 0, 0)}
		d.shelves[t] = s
	}
	if s.used += n; s.used > s.values.Len() {
		most := max(few, 8<<10/max(1, int(t.Size())))
		most = max(n, min(2*s.values.Len(), most)) // an answer may be about one object alone
		s.values, s.used = reflect.MakeSlice(reflect.SliceOf(t), most, most), n
	}
	return s.values.Slice3(s.used-n, s.used, s.used)
}

// shelf is where small lists of a type are, side by side.
type shelf struct {
	values reflect.Value
	used   int
}

func (d *Decoder) fields(p *plan, v reflect.Value) bool {
	var given uint64
	last := -1
	return d.each('{', '}', func() bool {
		i, ok := d.field(p, last)
		switch {
		case !ok:
			return false
		case i < 0:
			return d.skip()
		case given&(1<<i) != 0:
			return false
		}
		given |= 1 << i
		last = i
		f := &p.fields[i]
		if f.index >= 0 {
			return d.decode(f.plan, v.Field(f.index))
		}
		return d.decode(f.plan, v.FieldByIndex(f.path))
	})
}

// field reads the next name and finds which field it means, -1 for none. Objects of a list have their fields in the same
// order, most of the time.
func (d *Decoder) field(p *plan, last int) (int, bool) {
	name, ok := d.name()
	if !ok {
		return 0, false
	}
	if i := p.after[last+1]; p.fields[i].name == string(name) {
		return i, true
	}
	i, known := p.names[string(name)]
	switch {
	case known:
		p.after[last+1] = i
		return i, true
	case unusual(name) && p.alike(string(name)):
		return 0, false
	}
	return -1, true
}

// foreign leaves a value to its own method.
func (d *Decoder) foreign(v reflect.Value) bool {
	raw, ok := d.Raw()
	if !ok {
		return false
	}
	d.odd = true
	return v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw) == nil
}
