package simcloud

import (
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxScript bounds a script's file, in bytes.
const maxScript = 64 << 10

// ReadScript reads a script from YAML and checks it. The keys are those in the tags of [Script] and what it holds; times
// are written as 500ms or 1m30s. Errors begin with name and line, and say what to write there.
func ReadScript(name string, from io.Reader) (Script, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxScript+1))
	switch {
	case err != nil:
		return Script{}, fmt.Errorf("%s: the fault script cannot be read: %w", name, err)
	case len(data) > maxScript:
		return Script{}, fmt.Errorf("%s is larger than %d bytes: it is no fault script", name, maxScript)
	}
	s, wrong := parseScript(data)
	if wrong != nil {
		return Script{}, fmt.Errorf("%s%w", name, wrong)
	}
	return s, nil
}

// misplaced is a mistake in a file; its text begins with a colon, for the name to stand before it.
type misplaced struct {
	line int // from 1; 0 = unknown
	text string
}

func (m *misplaced) Error() string {
	if m.line == 0 {
		return ": " + m.text
	}
	return fmt.Sprintf(":%d: %s", m.line, m.text)
}

func parseScript(data []byte) (Script, error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return Script{}, notYAML(err)
	}
	var s Script
	d := scriptDecoder{lines: map[string]int{}}
	read := false
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
			continue
		case read:
			return Script{}, &misplaced{line(doc.Body), "a second YAML document: keep everything in one"}
		}
		read = true
		if err := d.decode(doc.Body, reflect.ValueOf(&s).Elem(), ""); err != nil {
			return Script{}, err
		}
	}
	if len(s.Rules) == 0 {
		return Script{}, &misplaced{0, `no rules: write a list of them under "rules:"`}
	}
	if p := s.check(); p != nil {
		return Script{}, &misplaced{d.line(p.at), p.Error()}
	}
	return s, nil
}

func notYAML(err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return &misplaced{0, "not valid YAML"}
	}
	m := &misplaced{0, "not valid YAML: " + strings.Join(strings.Fields(e.GetMessage()), " ")}
	if t := e.GetToken(); t != nil && t.Position != nil {
		m.line = t.Position.Line
	}
	if strings.Contains(e.GetMessage(), "'\t'") {
		m.text = "a tab where YAML takes only spaces: replace it"
	}
	return m
}

// line counts from 1; 0 when the library does not know.
func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// scriptDecoder decodes the tree into the types, taking no value for another: 0123 is no text, and a text no number.
type scriptDecoder struct {
	lines map[string]int // of keys and elements: rules.0.do.cut
}

// line of a place, or of what it is in.
func (d scriptDecoder) line(at string) int {
	for {
		if n, ok := d.lines[at]; ok {
			return n
		}
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			return d.lines[at]
		}
		at = at[:i]
	}
}

var durationType = reflect.TypeFor[time.Duration]()

// decode puts the node into v; at is the place of the node, "" on top.
func (d scriptDecoder) decode(n ast.Node, v reflect.Value, at string) error {
	wrong := func(format string, args ...any) error {
		place := "the fault script"
		if at != "" {
			place = spoken(at)
		}
		return &misplaced{line(n), place + ": " + fmt.Sprintf(format, args...)}
	}
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return wrong("anchors, aliases and tags have no place here: write the value out")
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return d.decode(n, v.Elem(), at)
	}
	text := ""
	if t := n.GetToken(); t != nil {
		text = t.Value
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map:
		return d.decodeKeys(n, v, at, wrong)
	case reflect.Slice:
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			return wrong("must be a list: one line each, beginning with a dash")
		}
		all := reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values))
		for i, one := range list.Values {
			place := fmt.Sprintf("%s.%d", at, i)
			d.lines[place] = line(one)
			if err := d.decode(one, all.Index(i), place); err != nil {
				return err
			}
		}
		v.Set(all)
	case reflect.String:
		switch n := n.(type) {
		case *ast.StringNode:
			v.SetString(n.Value)
		case *ast.LiteralNode:
			v.SetString(n.Value.Value)
		case *ast.NullNode:
			if !strings.HasSuffix(at, ".ret_status") {
				return wrong("is empty: give a text or leave the key out")
			}
			v.SetString("null")
		default:
			return wrong("must be text: put it in quotes")
		}
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			return wrong("must be true or false")
		}
		v.SetBool(b.Value)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || quoted(n) {
			return wrong("must be a number such as 0.05")
		}
		v.SetFloat(f)
	case reflect.Uint64:
		u, err := strconv.ParseUint(text, 10, 64)
		if err != nil || quoted(n) {
			return wrong("must be a whole number from 0")
		}
		v.SetUint(u)
	default:
		if v.Type() == durationType {
			t, err := time.ParseDuration(text)
			if _, isText := n.(*ast.StringNode); err != nil || !isText {
				return wrong("must be a time such as 500ms or 1m30s")
			}
			v.SetInt(int64(t))
			break
		}
		i, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil || quoted(n) {
			return wrong("must be a whole number")
		}
		if i == 0 {
			return wrong("is 0: leave it out, or give 1 or more")
		}
		v.SetInt(i)
	}
	return nil
}

func quoted(n ast.Node) bool { _, ok := n.(*ast.StringNode); return ok }

// decodeKeys decodes a mapping into a struct, by its tags, or into a map of texts.
func (d scriptDecoder) decodeKeys(n ast.Node, v reflect.Value, at string, wrong func(string, ...any) error) error {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		return wrong(`must be "key: value" lines`)
	}
	if v.Kind() == reflect.Map {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, pair := range pairs {
		key := pair.Key.GetToken().Value
		place := strings.TrimPrefix(at+"."+key, ".")
		d.lines[place] = line(pair.Key)
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			return wrong("<< has no place here: write the keys out")
		}
		if v.Kind() == reflect.Map {
			value := reflect.New(v.Type().Elem()).Elem()
			if err := d.decode(pair.Value, value, place); err != nil {
				return err
			}
			v.SetMapIndex(reflect.ValueOf(key), value)
			continue
		}
		field, known := keyed(v, key)
		if !field.IsValid() {
			where := "a fault script"
			if at != "" {
				where = spoken(at)
			}
			return &misplaced{line(pair.Key), fmt.Sprintf("unknown key %q in %s: known here are %s", key, where, strings.Join(known, ", "))}
		}
		if err := d.decode(pair.Value, field, place); err != nil {
			return err
		}
	}
	return nil
}

// keyed is the field of a struct with the key, or all keys that there are.
func keyed(v reflect.Value, key string) (field reflect.Value, known []string) {
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag.Get("yaml")
		if tag == key {
			return v.Field(i), nil
		}
		known = append(known, tag)
	}
	return reflect.Value{}, known
}
