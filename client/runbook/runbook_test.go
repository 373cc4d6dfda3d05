package runbook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const whole = `name: Quarterly clean-up
scope: {profile: acme, region: eu-de}
variables:
  old: 90d
  group: office
limits: {max_items: 20}
steps:
  - name: pools
    kind: pools
    where: unused && age > ${old}
    keep: name startsWith "prod-"
    allow: [prerequisites]
    reason: nobody has used them for ${old}
  - kind: entries
    in: ["${group}", home]
    where: 'any(signs, # startsWith "within")'
    limits: {max_percent: 0}
`

func TestRead(t *testing.T) {
	got, err := Read("book.yaml", strings.NewReader(whole), map[string]string{"old": "30d"})
	if err != nil {
		t.Fatal(err)
	}
	twenty, none := 20, 0
	want := Runbook{
		Name: "Quarterly clean-up", Scope: Scope{Profile: "acme", Region: "eu-de"},
		Variables: map[string]string{"old": "90d", "group": "office"}, Limits: Limits{MaxItems: &twenty},
		Steps: []Step{
			{Name: "pools", Kind: "pools", Where: "unused && age > 30d", Keep: `name startsWith "prod-"`, Allow: []string{"prerequisites"}, Reason: "nobody has used them for 30d"},
			{Kind: "entries", In: []string{"office", "home"}, Where: `any(signs, # startsWith "within")`, Limits: Limits{MaxPercent: &none}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !got.Steps[0].Allows(Prerequisites) || got.Steps[0].Allows(Detach) {
		t.Error("the first step allows prerequisites only")
	}
}

func TestEveryMistakeIsOneLineWithItsPlace(t *testing.T) {
	_, list, _ := strings.Cut(whole, "steps:")
	steps := "steps:" + list
	for name, test := range map[string]struct {
		old, new string
		set      map[string]string
		want     string
	}{
		"unknown key":            {"keep:", "kepe:", nil, `book.yaml:11: unknown key "kepe" in steps: did you mean "keep"?`},
		"unknown key at the top": {"name: Q", "title: Q", nil, `book.yaml:1: unknown key "title" in the runbook: known here: name, scope, variables, limits, steps`},
		"unknown key in a limit": {"max_percent", "max_percnt", nil, `book.yaml:17: unknown key "max_percnt" in steps.limits: did you mean "max_percent"?`},
		"not YAML":               {"variables:", "variables: [", nil, "book.yaml:"},
		"no kind":                {"kind: pools", "reason: x", nil, "book.yaml"},
		"no kind at all":         {"    kind: pools\n", "", nil, "book.yaml: step 1 (pools) has no kind"},
		"no where":               {"    where: 'any(signs, # startsWith \"within\")'\n", "", nil, "book.yaml: step 2 has no where"},
		"no steps":               {steps, "", nil, "book.yaml: it has no steps"},
		"nothing":                {whole, "", nil, "it has no steps"},
		"unknown variable":       {"${group}", "${grup}", nil, "book.yaml: step 2: unknown variable ${grup}: there are group, old"},
		"a value for nothing":    {"", "", map[string]string{"older": "1d"}, `book.yaml: it has no variable "older": there are group, old`},
		"allows what is not":     {"[prerequisites]", "[everything]", nil, `book.yaml: step 1 (pools): allow: unknown word "everything": use detach or prerequisites`},
		"a limit below nothing":  {"max_items: 20", "max_items: -1", nil, "book.yaml: limits.max_items is below 0: 0 is no limit"},
		"a limit of a step":      {"max_percent: 0", "max_percent: -1", nil, "book.yaml: step 2: limits.max_percent is below 0: 0 is no limit"},
		"a limit in words":       {"max_items: 20", "max_items: few", nil, "book.yaml:6: limits.max_items must be a whole number"},
		"half a limit":           {"max_percent: 0", "max_percent: 0.5", nil, "book.yaml:17: steps.limits.max_percent must be a whole number"},
		"a limit of all":         {"{max_items: 20}", "20", nil, `book.yaml:6: limits must be a list of "key: value" lines`},
		"a scope of one word":    {"{profile: acme, region: eu-de}", "acme", nil, `book.yaml:2: scope must be a list of "key: value" lines`},
		"one parent, no list":    {`["${group}", home]`, "home", nil, "book.yaml:15: steps.in must be a list"},
		"several reasons":        {"reason: nobody", "reason: [a, b] # nobody", nil, "book.yaml:13: steps.reason must be a single text"},
		"a value that changes":   {"old: 90d", "old: 0123", nil, "book.yaml:4: variables.old must be text: put it in quotes"},
		"a key twice":            {"name: pools", "name: pools\n    name: more", nil, "book.yaml:9: not valid YAML: "},
		"a tab":                  {"    where: unused", "\twhere: unused", nil, "book.yaml:10: a tab where YAML takes only spaces: replace it"},
		"two documents":          {whole, whole + "---\nname: x\n", nil, "a second YAML document"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read("book.yaml", strings.NewReader(strings.Replace(whole, test.old, test.new, 1)), test.set)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q on one line", err, test.want)
			}
		})
	}
}

// Whoever writes a number or true where a text belongs means what stands there.
func TestNumbersThatStandForText(t *testing.T) {
	got, err := Read("book.yaml", strings.NewReader("name: 2026\nvariables: {days: 90, yes: true, rate: 1.5}\nsteps: [{kind: pools, where: 'age > ${days}d', in: [1]}]"), nil)
	want := Runbook{
		Name: "2026", Variables: map[string]string{"days": "90", "yes": "true", "rate": "1.5"},
		Steps: []Step{{Kind: "pools", Where: "age > 90d", In: []string{"1"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(whole)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Read("book.yaml", strings.NewReader(text), nil)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			return
		}
		for _, s := range b.Steps {
			if s.Kind == "" || strings.TrimSpace(s.Where) == "" {
				t.Errorf("a step without kind or where: %+v", s)
			}
		}
	})
}
