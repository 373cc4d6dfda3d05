package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// file is the config file.
type file struct {
	Current  string              `yaml:"current"`
	Profiles map[string]Profile  `yaml:"profiles"`
	Views    map[string]string   `yaml:"views"`
	Keys     map[string][]string `yaml:"keys"`
	Strict   bool                `yaml:"strict"` // files with secrets that others can read are refused

	saved []View    // Views in their order
	bound []Binding // Keys, by action
}

// configPath says where the config file is and whether the user named it.
func configPath(lookup func(string) (string, bool)) (path string, named bool) {
	if path, _ = lookup("JANITOR_CONFIG"); path != "" {
		return path, true
	}
	return filepath.Join(xdg.ConfigHome, "janitor", "config.yaml"), false
}

// readConfig reads the config file strictly. A file that the user did not name may be missing: it is as if empty.
func readConfig(path string, named bool) (file, error) {
	data, err := readFile(path, "the config file")
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		return file{}, nil
	case errors.Is(err, fs.ErrNotExist):
		return file{}, usage("the config file %s, named by JANITOR_CONFIG, does not exist: create it or unset JANITOR_CONFIG", path)
	case err != nil:
		return file{}, err
	}
	defer clear(data)
	return parseConfig(path, data)
}

func parseConfig(path string, data []byte) (file, error) {
	var c file
	r := reader{path: path, what: "the config file", lines: map[string]int{}}
	if err := r.decode(data, &c); err != nil {
		return file{}, err
	}
	for name, p := range c.Profiles {
		if reserved(name) {
			return file{}, usage("%s:%d: a profile cannot be called %q, which names a profile from elsewhere: rename it",
				path, r.lines["profiles."+name], name)
		}
		p.Name, p.where = name, fmt.Sprintf("%s:%d", path, r.lines["profiles."+name])
		if p.ReadOnly {
			p.readOnlyIn = path
		}
		c.Profiles[name] = p
	}
	if _, ok := c.Profiles[c.Current]; c.Current != "" && !reserved(c.Current) && !ok {
		return file{}, usage("%s:%d: current is %q, and there is no such profile: %s", path, r.lines["current"], c.Current, c.choices())
	}
	c.bound = c.bindings(path, r.lines)
	var err error
	c.saved, err = c.views(path, r.lines)
	return c, err
}

// choices says which profiles the file has, as the end of a sentence.
func (c file) choices() string {
	if len(c.Profiles) == 0 {
		return "the config file has no profiles"
	}
	names := make([]string, 0, len(c.Profiles))
	for name := range c.Profiles {
		names = append(names, fmt.Sprintf("%q", name))
	}
	slices.Sort(names)
	return "choose from " + strings.Join(names, ", ")
}

// notYAML turns an error of the YAML library into one line without the quoted source, which may hold secrets.
func notYAML(path string, err error) error {
	var e yaml.Error
	if !errors.As(err, &e) {
		return usage("%s is not valid YAML", path)
	}
	at := path
	if t := e.GetToken(); t != nil && t.Position != nil {
		at = fmt.Sprintf("%s:%d", path, t.Position.Line)
	}
	var syntax *yaml.SyntaxError
	var duplicate *yaml.DuplicateKeyError
	var unknown *yaml.UnknownFieldError
	switch {
	case errors.As(err, &unknown):
		return usage("%s: %s", at, strings.Replace(e.GetMessage(), "unknown field", "unknown key", 1))
	case errors.As(err, &syntax) && strings.Contains(e.GetMessage(), "'\t'"):
		return usage("%s: a tab where YAML takes only spaces: replace it", at)
	case errors.As(err, &syntax), errors.As(err, &duplicate):
		return usage("%s: not valid YAML: %s", at, strings.Join(strings.Fields(e.GetMessage()), " "))
	}
	return usage("%s: a value of the wrong sort", at)
}

// reader walks the tree along the types that it is meant for, so that an error can name key, file, line and way out.
type reader struct {
	path  string
	what  string         // the file, for a sentence: "the config file"
	lines map[string]int // where each key stands: "profiles.acme.region"
	open  []reflect.Type // may hold keys that are none of our business
}

// decode reads one YAML document into what out points to.
func (r reader) decode(data []byte, out any) error {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return notYAML(r.path, err)
	}
	options := []yaml.DecodeOption{yaml.AllowDuplicateMapKey()}
	if len(r.open) == 0 {
		options = append(options, yaml.DisallowUnknownField())
	}
	for i, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if i > 0 {
			return usage("%s:%d: a second YAML document: keep everything in one", r.path, line(doc.Body))
		}
		if err := r.check(doc.Body, reflect.TypeOf(out).Elem(), nil); err != nil {
			return err
		}
		if err := yaml.NodeToValue(doc.Body, out, options...); err != nil {
			return notYAML(r.path, err)
		}
	}
	return nil
}

func (r reader) check(n ast.Node, t reflect.Type, at []string) error {
	switch n := n.(type) {
	case *ast.AnchorNode:
		return r.check(n.Value, t, at)
	case *ast.TagNode:
		return r.check(n.Value, t, at)
	case *ast.AliasNode, *ast.NullNode:
		return nil // checked where it is defined, and once more while decoding
	}
	switch t.Kind() {
	case reflect.Pointer:
		return r.check(n, t.Elem(), at)
	case reflect.Int:
		if _, ok := n.(*ast.IntegerNode); !ok {
			return usage("%s:%d: %s must be a whole number", r.path, line(n), r.name(at))
		}
	case reflect.Slice:
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			return usage("%s:%d: %s must be a list: one \"- \" a line", r.path, line(n), r.name(at))
		}
		for _, entry := range list.Values {
			if err := r.check(entry, t.Elem(), at); err != nil {
				return err
			}
		}
	case reflect.Struct, reflect.Map:
		pairs, ok := pairs(n)
		if !ok {
			return usage("%s:%d: %s must be a list of \"key: value\" lines", r.path, line(n), r.name(at))
		}
		for i, pair := range pairs {
			if _, ok := pair.Key.(*ast.MergeKeyNode); ok {
				if i > 0 { // the library would let it win over the keys before it
					return usage("%s:%d: << must be the first key of %s", r.path, line(pair.Key), r.name(at))
				}
				continue // checked where it is defined, and once more while decoding
			}
			key := pair.Key.GetToken().Value
			var of reflect.Type
			if t.Kind() == reflect.Map {
				of = t.Elem()
			} else if of = field(t, key); of == nil {
				if slices.Contains(r.open, t) {
					continue
				}
				return usage("%s:%d: unknown key %q in %s: %s", r.path, line(pair.Key), key, r.name(at), suggest(key, keys(t)))
			}
			below := append(slices.Clip(at), key)
			r.lines[strings.Join(below, ".")] = line(pair.Key)
			if err := r.check(pair.Value, of, below); err != nil {
				return err
			}
		}
	case reflect.Bool:
		if _, ok := n.(*ast.BoolNode); !ok {
			return usage("%s:%d: %s must be true or false", r.path, line(n), r.name(at))
		}
	case reflect.String:
		switch n.(type) {
		case *ast.StringNode, *ast.LiteralNode:
		case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
			return usage("%s:%d: %s must be a single text", r.path, line(n), r.name(at))
		default: // 0123, 1e5 and yes would arrive changed
			return usage("%s:%d: %s must be text: put it in quotes", r.path, line(n), r.name(at))
		}
	}
	return nil
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
func (r reader) name(at []string) string {
	if len(at) == 0 {
		return r.what
	}
	return strings.Join(at, ".")
}

// keys lists what a struct may hold, in order.
func keys(t reflect.Type) []string {
	var all []string
	for f := range t.Fields() {
		if tag := f.Tag.Get("yaml"); tag != "" && tag != "-" {
			all = append(all, tag)
		}
	}
	return all
}

func field(t reflect.Type, key string) reflect.Type {
	for f := range t.Fields() {
		if tag := f.Tag.Get("yaml"); tag == key && tag != "-" {
			return f.Type
		}
	}
	return nil
}

// suggest names the known word nearest to a mistyped one, or all of them.
func suggest(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(strings.ToLower(word), k); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known here: " + strings.Join(known, ", ")
}

// distance is how many letters must be added, dropped or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
