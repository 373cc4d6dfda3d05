package decode

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// plan is how a type is decoded.
type plan struct {
	sort   sort
	t      reflect.Type
	elem   *plan // of a list or pointer
	fields []field
	names  map[string]int
	after  []int // by the number of a field, and one: which came after it last time
}

// sort of a value.
type sort uint8

const (
	foreign sort = iota // by its own UnmarshalJSON
	own                 // see Own
	text
	number
	flag
	pointer
	list
	structure
)

var (
	decodesItself    = reflect.TypeFor[Own]()
	unmarshalsItself = reflect.TypeFor[json.Unmarshaler]()
)

type field struct {
	name  string
	index int   // in the struct itself, -1 when it is that of an embedded one
	path  []int // see [reflect.Value.FieldByIndex]
	plan  *plan
}

// planFor makes the plan of a type; nil for one that a Decoder refuses.
func planFor(t reflect.Type) *plan { return planWithin(t, nil) }

func planWithin(t reflect.Type, around []reflect.Type) *plan {
	p := &plan{t: t}
	if slices.Contains(around, t) { // drafts cannot hold a list within itself
		return nil
	}
	around = append(slices.Clip(around), t)
	switch {
	case reflect.PointerTo(t).Implements(decodesItself):
		p.sort = own
		return p
	case reflect.PointerTo(t).Implements(unmarshalsItself) || t.Implements(unmarshalsItself):
		return p
	}
	switch t.Kind() {
	case reflect.String:
		p.sort = text
	case reflect.Int:
		p.sort = number
	case reflect.Bool:
		p.sort = flag
	case reflect.Pointer, reflect.Slice:
		if p.sort = pointer; t.Kind() == reflect.Slice {
			p.sort = list
		}
		if p.elem = planWithin(t.Elem(), around); p.elem == nil || t.Elem().Kind() == reflect.Uint8 {
			return nil
		}
	case reflect.Struct:
		p.sort = structure
		if !p.plan(around) {
			return nil
		}
	default:
		return nil
	}
	return p
}

// plan finds the fields of a struct, as encoding/json does: of several with one name the outermost counts.
func (p *plan) plan(around []reflect.Type) bool {
	p.names = map[string]int{}
	for _, f := range reflect.VisibleFields(p.t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && (name != "" || f.Type.Kind() != reflect.Struct) || strings.Contains(options, "string"):
			return false
		case f.Anonymous || !f.IsExported() || name == "-":
			continue
		case name == "" || unusual([]byte(name)):
			return false
		}
		made := field{name: name, index: -1, path: f.Index, plan: planWithin(f.Type, around)}
		if made.plan == nil {
			return false
		}
		if len(f.Index) == 1 {
			made.index = f.Index[0]
		}
		i, known := p.names[name]
		switch {
		case !known:
			p.names[name] = len(p.fields)
			p.fields = append(p.fields, made)
		case len(p.fields[i].path) == len(f.Index):
			return false
		case len(p.fields[i].path) > len(f.Index):
			p.fields[i] = made
		}
	}
	p.after = make([]int, len(p.fields)+1)
	return 0 < len(p.fields) && len(p.fields) <= 64
}

// unusual: fields are not called so, but a name in other case would be.
func unusual(name []byte) bool {
	for _, c := range name {
		if 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// alike: the name is that of a field but for its case.
func (p *plan) alike(name string) bool {
	for _, f := range p.fields {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}
