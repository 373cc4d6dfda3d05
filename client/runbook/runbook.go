// Package runbook reads runbooks: files that say step by step what is to be cleaned up, for a person who walks through
// them or for a job at night. It knows nothing of clouds; what kinds and expressions mean is their readers' business.
package runbook

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"janitor/client/yamlfile"
)

// maxFile bounds a runbook, in bytes.
const maxFile = 256 << 10

// Runbook is a file of steps.
type Runbook struct {
	Name      string            `yaml:"name"`
	Scope     Scope             `yaml:"scope"`
	Variables map[string]string `yaml:"variables"` // ${name} stands for its value in where, keep, in and reason
	Limits    Limits            `yaml:"limits"`    // of all steps together
	Steps     []Step            `yaml:"steps"`
}

// Scope is where the runbook may be used; "" = anywhere.
type Scope struct {
	Profile string `yaml:"profile"`
	Region  string `yaml:"region"`
	Project string `yaml:"project_id"`
}

// Limits are how much may be deleted; nil = the usual, 0 = no limit.
type Limits struct {
	MaxItems   *int `yaml:"max_items"`
	MaxPercent *int `yaml:"max_percent"` // of all that are listed of a kind
}

// Step is one choice of one kind.
type Step struct {
	Name   string   `yaml:"name"`
	Kind   string   `yaml:"kind"`
	Where  string   `yaml:"where"` // expression
	In     []string `yaml:"in"`    // parents, by name or id; none = all
	Keep   string   `yaml:"keep"`  // expression of what is not deleted all the same
	Allow  []string `yaml:"allow"`
	Limits Limits   `yaml:"limits"`
	Reason string   `yaml:"reason"`
}

// What a step may allow.
const (
	Detach        = "detach"        // to take what is in use out of use first
	Prerequisites = "prerequisites" // to take away first what a resource holds
)

// Allows says whether the step allows it.
func (s Step) Allows(what string) bool { return slices.Contains(s.Allow, what) }

// Read reads a runbook strictly and puts values for its variables; set holds those that are given from outside. Errors begin
// with the name of the file, and the line where it is known.
func Read(path string, from io.Reader, set map[string]string) (Runbook, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	switch {
	case err != nil:
		return Runbook{}, fmt.Errorf("%s cannot be read: %w", path, err)
	case len(data) > maxFile:
		return Runbook{}, fmt.Errorf("%s is larger than %d bytes: it is no runbook", path, maxFile)
	}
	var b Runbook
	file := yamlfile.File{Path: path, What: "the runbook", Plain: true}
	if err := file.Decode(data, &b); err != nil {
		return Runbook{}, err
	}
	if err := b.fill(set); err != nil {
		return Runbook{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := b.check(); err != nil {
		return Runbook{}, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// fill puts values for variables.
func (b *Runbook) fill(set map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if _, known := b.Variables[name]; !known {
			return fmt.Errorf("it has no variable %q: %s", name, b.known())
		}
	}
	put := func(at string, text *string) (err error) {
		*text = variable.ReplaceAllStringFunc(*text, func(found string) string {
			name := found[2 : len(found)-1]
			value, known := set[name]
			if !known {
				value, known = b.Variables[name]
			}
			if !known && err == nil {
				err = fmt.Errorf("%s: unknown variable ${%s}: %s", at, name, b.known())
			}
			return value
		})
		return err
	}
	for i := range b.Steps {
		s := &b.Steps[i]
		texts := []*string{&s.Where, &s.Keep, &s.Reason}
		for n := range s.In {
			texts = append(texts, &s.In[n])
		}
		for _, text := range texts {
			if err := put(s.title(i), text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Runbook) known() string {
	if len(b.Variables) == 0 {
		return "it has none"
	}
	return "there are " + strings.Join(slices.Sorted(maps.Keys(b.Variables)), ", ")
}

// title names a step for a sentence.
func (s Step) title(i int) string {
	if s.Name != "" {
		return fmt.Sprintf("step %d (%s)", i+1, s.Name)
	}
	return fmt.Sprintf("step %d", i+1)
}

// check finds what can be told without knowing kinds and fields.
func (b *Runbook) check() error {
	if len(b.Steps) == 0 {
		return errors.New(`it has no steps: write a list of them under "steps:"`)
	}
	if err := b.Limits.check(); err != nil {
		return err
	}
	for i, s := range b.Steps {
		switch {
		case s.Kind == "":
			return fmt.Errorf("%s has no kind", s.title(i))
		case strings.TrimSpace(s.Where) == "":
			return fmt.Errorf("%s has no where: a step chooses by an expression", s.title(i))
		}
		for _, word := range s.Allow {
			if word != Detach && word != Prerequisites {
				return fmt.Errorf("%s: allow: unknown word %q: use %s or %s", s.title(i), word, Detach, Prerequisites)
			}
		}
		if err := s.Limits.check(); err != nil {
			return fmt.Errorf("%s: %w", s.title(i), err)
		}
	}
	return nil
}

func (l Limits) check() error {
	for _, limit := range [...]struct {
		key   string
		value *int
	}{{"max_items", l.MaxItems}, {"max_percent", l.MaxPercent}} {
		if limit.value != nil && *limit.value < 0 {
			return fmt.Errorf("limits.%s is below 0: 0 is no limit", limit.key)
		}
	}
	return nil
}
