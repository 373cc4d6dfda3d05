// Package yamlfile reads YAML files strictly: whatever a file holds that is not meant, its reader is told where it stands
// and what is wanted there. No error quotes a value, which may be a secret.
package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"janitor/client/spelling"
)

// File is what a YAML file is read for. It walks the tree along the types that it is meant for, so that an error can name
// file, line, key and way out.
type File struct {
	Path  string
	What  string         // the file, for a sentence: "the config file"
	Open  []reflect.Type // may hold keys that are none of our business
	Plain bool           // a number, true and false may stand for a text, unless it would arrive changed
	Lines map[string]int // after Decode: where each key stands: "profiles.acme.region"
}

// Decode reads one YAML document into what out points to. Its errors are one line each.
func (f *File) Decode(data []byte, out any) error {
	f.Lines = map[string]int{}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return Wrong(f.Path, err)
	}
	options := []yaml.DecodeOption{yaml.AllowDuplicateMapKey()}
	if len(f.Open) == 0 {
		options = append(options, yaml.DisallowUnknownField())
	}
	for i, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if i > 0 {
			return fmt.Errorf("%s:%d: a second YAML document: keep everything in one", f.Path, line(doc.Body))
		}
		if err := f.check(doc.Body, reflect.TypeOf(out).Elem(), nil); err != nil {
			return err
		}
		if err := yaml.NodeToValue(doc.Body, out, options...); err != nil {
			return Wrong(f.Path, err)
		}
	}
	return nil
}

// Wrong turns an error of the YAML library into one line without the quoted source, which may hold secrets.
func Wrong(path string, err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return fmt.Errorf("%s is not valid YAML", path)
	}
	at := path
	if t := e.GetToken(); t != nil && t.Position != nil {
		at = fmt.Sprintf("%s:%d", path, t.Position.Line)
	}
	_, syntax := errors.AsType[*yaml.SyntaxError](err)
	_, duplicate := errors.AsType[*yaml.DuplicateKeyError](err)
	_, unknown := errors.AsType[*yaml.UnknownFieldError](err)
	switch {
	case unknown:
		return fmt.Errorf("%s: %s", at, strings.Replace(e.GetMessage(), "unknown field", "unknown key", 1))
	case syntax && strings.Contains(e.GetMessage(), "'\t'"):
		return fmt.Errorf("%s: a tab where YAML takes only spaces: replace it", at)
	case syntax, duplicate:
		return fmt.Errorf("%s: not valid YAML: %s", at, strings.Join(strings.Fields(e.GetMessage()), " "))
	}
	return fmt.Errorf("%s: a value of the wrong sort", at)
}

// check compares what stands in the file with the type that it is meant for.
func (f *File) check(n ast.Node, t reflect.Type, at []string) error {
	switch n := n.(type) {
	case *ast.AnchorNode:
		return f.check(n.Value, t, at)
	case *ast.TagNode:
		return f.check(n.Value, t, at)
	case *ast.AliasNode, *ast.NullNode:
		return nil // checked where it is defined, and once more while decoding
	}
	switch t.Kind() {
	case reflect.Pointer:
		return f.check(n, t.Elem(), at)
	case reflect.Slice:
		return f.checkList(n, t.Elem(), at)
	case reflect.Struct, reflect.Map:
		return f.checkPairs(n, t, at)
	case reflect.String:
		return f.checkText(n, at)
	case reflect.Int:
		if _, ok := n.(*ast.IntegerNode); !ok {
			return f.mustBe("a whole number", n, at)
		}
	case reflect.Bool:
		if _, ok := n.(*ast.BoolNode); !ok {
			return f.mustBe("true or false", n, at)
		}
	}
	return nil
}

func (f *File) checkList(n ast.Node, entries reflect.Type, at []string) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return f.mustBe("a list: one \"- \" a line", n, at)
	}
	for _, entry := range list.Values {
		if err := f.check(entry, entries, at); err != nil {
			return err
		}
	}
	return nil
}

// checkPairs checks what is read into a struct or a map.
func (f *File) checkPairs(n ast.Node, t reflect.Type, at []string) error {
	pairs, ok := pairs(n)
	if !ok {
		return f.mustBe("a list of \"key: value\" lines", n, at)
	}
	for i, pair := range pairs {
		if _, ok := pair.Key.(*ast.MergeKeyNode); ok {
			if i > 0 { // the library would let it win over the keys before it
				return fmt.Errorf("%s:%d: << must be the first key of %s", f.Path, line(pair.Key), f.name(at))
			}
			continue // checked where it is defined, and once more while decoding
		}
		key := pair.Key.GetToken().Value
		value := valueOf(t, key)
		if value == nil && slices.Contains(f.Open, t) {
			continue
		}
		if value == nil {
			return fmt.Errorf("%s:%d: unknown key %q in %s: %s", f.Path, line(pair.Key), key, f.name(at), spelling.Suggest(key, Keys(t)))
		}
		below := append(slices.Clip(at), key)
		f.Lines[strings.Join(below, ".")] = line(pair.Key)
		if err := f.check(pair.Value, value, below); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) checkText(n ast.Node, at []string) error {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return nil
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return f.mustBe("a single text", n, at)
	}
	if f.Plain && plain(n) {
		return nil
	}
	return f.mustBe("text: put it in quotes", n, at) // 0123 and 1e5 would arrive changed
}

func (f *File) mustBe(what string, n ast.Node, at []string) error {
	return fmt.Errorf("%s:%d: %s must be %s", f.Path, line(n), f.name(at), what)
}

// plain: the library reads the same text that stands in the file.
func plain(n ast.Node) bool {
	scalar, ok := n.(ast.ScalarNode)
	return ok && fmt.Sprint(scalar.GetValue()) == n.GetToken().Value
}

func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// line counts from 1; 0 when the library does not know.
func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// name of a place in the file, for a sentence.
func (f *File) name(at []string) string {
	if len(at) == 0 {
		return f.What
	}
	return strings.Join(at, ".")
}

// Keys lists what a struct may hold, in order.
func Keys(t reflect.Type) []string {
	var all []string
	for one := range t.Fields() {
		if tag := one.Tag.Get("yaml"); tag != "" && tag != "-" {
			all = append(all, tag)
		}
	}
	return all
}

// valueOf is the type of what stands at a key of a map or a struct, nil when a struct has no such key.
func valueOf(t reflect.Type, key string) reflect.Type {
	if t.Kind() == reflect.Map {
		return t.Elem()
	}
	for one := range t.Fields() {
		if tag := one.Tag.Get("yaml"); tag == key && tag != "-" {
			return one.Type
		}
	}
	return nil
}
