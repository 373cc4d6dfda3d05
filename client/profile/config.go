package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"janitor/client/yamlfile"
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

	protected []View // by profile, in their order
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
	r := yamlfile.File{Path: path, What: "the config file"}
	if err := r.Decode(data, &c); err != nil {
		return file{}, usage("%v", err)
	}
	for name, p := range c.Profiles {
		if reserved(name) {
			return file{}, usage("%s:%d: a profile cannot be called %q, which names a profile from elsewhere: rename it",
				path, r.Lines["profiles."+name], name)
		}
		p.Name, p.where = name, fmt.Sprintf("%s:%d", path, r.Lines["profiles."+name])
		if p.ReadOnly {
			p.readOnlyIn = path
		}
		c.Profiles[name] = p
	}
	if _, ok := c.Profiles[c.Current]; c.Current != "" && !reserved(c.Current) && !ok {
		return file{}, usage("%s:%d: current is %q, and there is no such profile: %s", path, r.Lines["current"], c.Current, c.choices())
	}
	for _, name := range slices.Sorted(maps.Keys(c.Profiles)) {
		for _, expr := range c.Profiles[name].Protect {
			c.protected = append(c.protected, View{Name: name, Expr: expr, Where: c.Profiles[name].where})
		}
	}
	c.bound = c.bindings(path, r.Lines)
	var err error
	c.saved, err = c.views(path, r.Lines)
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
