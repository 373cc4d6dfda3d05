package profile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"janitor/client/yamlfile"
)

const good = `current: acme
profiles:
  acme:
    cloud: huawei
    region: cn-north-4
    project_id: 99a3fff0d03c428eac3678da6a7d0f24
    auth:
      access_key: ACCESSKEY
      secret_key: hunter2
`

// environ is an environment with the config file in it.
func environ(t *testing.T, config string, pairs ...string) func(string) (string, bool) {
	t.Helper()
	vars := map[string]string{"JANITOR_CONFIG": filepath.Join(t.TempDir(), "config.yaml"), "JANITOR_METADATA": "off"}
	if err := os.WriteFile(vars["JANITOR_CONFIG"], []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		vars[name] = value
	}
	return func(name string) (string, bool) { v, ok := vars[name]; return v, ok }
}

// edit replaces one piece of the good config, which must be there.
func edit(t *testing.T, old, replacement string) string {
	t.Helper()
	if !strings.Contains(good, old) {
		t.Fatalf("the good config has no %q", old)
	}
	return strings.Replace(good, old, replacement, 1)
}

func TestEveryMistakeInAConfigIsOneLineWithPlaceAndWayOut(t *testing.T) {
	const auth = "    auth:\n      access_key: ACCESSKEY\n      secret_key: hunter2\n"
	tests := []struct {
		name, old, new string
		want           []string // all of them in the error
	}{
		{"unknown key", "region:", "regoin:", []string{"config.yaml:5", `unknown key "regoin"`, "profiles.acme", `did you mean "region"?`}},
		{"unknown key below", "access_key:", "ak:", []string{"config.yaml:8", `unknown key "ak" in profiles.acme.auth`, "access_key, secret_key"}},
		{"unknown key on top", "current:", "currant:", []string{"config.yaml:1", `unknown key "currant" in the config file`, `did you mean "current"?`}},
		{"a key of later versions", "    auth:", "    quarantine: []\n    auth:", []string{"config.yaml:7", `unknown key "quarantine"`, "known here:", "read_only"}},
		{"protect of one text", "    auth:", "    protect: used\n    auth:", []string{"config.yaml:7", "profiles.acme.protect", "must be a list"}},
		{"protect of numbers", "    auth:", "    protect: [1]\n    auth:", []string{"config.yaml:7", "profiles.acme.protect", "put it in quotes"}},
		{"a limit in words", "    auth:", "    limits: {max_items: many}\n    auth:", []string{"config.yaml:7", "limits.max_items", "whole number"}},
		{"a limit below nothing", "    auth:", "    limits: {max_percent: -1}\n    auth:", []string{`profile "acme"`, "0 is no limit"}},
		{"another way to confirm", "    auth:", "    confirm: never\n    auth:", []string{`profile "acme"`, `confirm "never"`, "normal or always-name"}},
		{"confirm as yes or no", "    auth:", "    confirm: true\n    auth:", []string{"config.yaml:7", "profiles.acme.confirm", "put it in quotes"}},
		{"a rate without a time", "    auth:", "    pace: {max_rate: \"5\"}\n    auth:", []string{`profile "acme"`, `pace.max_rate "5"`, "60/1m"}},
		{"a rate of nothing", "    auth:", "    pace: {max_rate: 0/1m}\n    auth:", []string{`pace.max_rate "0/1m"`, "60/1m"}},
		{"a rate without end", "    auth:", "    pace: {max_rate: 5/0s}\n    auth:", []string{`pace.max_rate "5/0s"`, "60/1m"}},
		{"a rate in words", "    auth:", "    pace: {max_rate: five/1m}\n    auth:", []string{`pace.max_rate "five/1m"`, "60/1m"}},
		{"a rate for two days", "    auth:", "    pace: {max_rate: 5/48h}\n    auth:", []string{`pace.max_rate "5/48h"`, "60/1m"}},
		{"a timeout of hours", "    auth:", "    timeout: 2h\n    auth:", []string{`timeout "2h"`, "between 1s and 1h"}},
		{"a limit below 0", "    auth:", "    limits: {max_items: -1}\n    auth:", []string{"limits.max_items is below 0: 0 is no limit"}},
		{"a rate as a number", "    auth:", "    pace: {max_rate: 5}\n    auth:", []string{"config.yaml:7", "profiles.acme.pace.max_rate", "put it in quotes"}},
		{"all left to others", "    auth:", "    pace: {share: 100%}\n    auth:", []string{`pace.share "100%"`, "0% to 90%"}},
		{"a share of what", "    auth:", "    pace: {share: \"20\"}\n    auth:", []string{`pace.share "20"`, "0% to 90%"}},
		{"unknown key of pace", "    auth:", "    pace: {rate: 5/1s}\n    auth:", []string{"config.yaml:7", `unknown key "rate" in profiles.acme.pace`}},
		{"number for text", "cn-north-4", "4", []string{"config.yaml:5", "profiles.acme.region", "put it in quotes"}},
		{"list for text", "cn-north-4", "[a, b]", []string{"config.yaml:5", "profiles.acme.region", "a single text"}},
		{"text for a map", auth, "    auth: hunter2\n", []string{"config.yaml:7", "profiles.acme.auth", "key: value"}},
		{"text for yes or no", "    auth:", "    read_only: \"no\"\n    auth:", []string{"config.yaml:7", "profiles.acme.read_only", "true or false"}},
		{"doubled key", "    region:", "    cloud: otc\n    region:", []string{"config.yaml:5", "already defined"}},
		{"not YAML", "secret_key: hunter2", "secret_key: \"hunter2", []string{"config.yaml:9", "not valid YAML"}},
		{"two documents", "current: acme", "current: acme\n---", []string{"config.yaml:3", "second YAML document"}},
		{"no such current", "current: acme", "current: acmee", []string{"config.yaml:1", `"acmee"`, `"acme"`}},
		{"view of a number", "current: acme", "current: acme\nviews: {old: 180}", []string{"config.yaml:2", "views.old", "put it in quotes"}},
		{"view of a list", "current: acme", "current: acme\nviews: {old: [unused]}", []string{"config.yaml:2", "views.old", "a single text"}},
		{"views without names", "current: acme", "current: acme\nviews: unused", []string{"config.yaml:2", "views", "key: value"}},
		{"odd name of a view", "current: acme", "current: acme\nviews:\n  old one: unused", []string{"config.yaml:3", `"old one"`, "letters, digits and dashes"}},
		{"empty view", "current: acme", "current: acme\nviews:\n  old: ' '", []string{"config.yaml:3", `"old"`, "is empty"}},
		{"doubled view", "current: acme", "current: acme\nviews:\n  old: unused\n  old: used", []string{"config.yaml:4", "already defined"}},
		{"keys of one text", "current: acme", "current: acme\nkeys: {delete: x}", []string{"config.yaml:2", "keys.delete", "must be a list"}},
		{"key that is a number", "current: acme", "current: acme\nkeys:\n  top: [1]", []string{"config.yaml:3", "keys.top", "put it in quotes"}},
		{"keys without actions", "current: acme", "current: acme\nkeys: [x]", []string{"config.yaml:2", "keys", "key: value"}},
		{"doubled action", "current: acme", "current: acme\nkeys:\n  top: [x]\n  top: [z]", []string{"config.yaml:4", "already defined"}},
		{"reserved name", "  acme:", "  env: {}\n  acme:", []string{"config.yaml:3", `"env"`, "rename"}},
		{"no region", "    region: cn-north-4\n", "", []string{`profile "acme"`, "config.yaml:3", "no region", "--region"}},
		{"odd region", "cn-north-4", "evil.example.com/", []string{`profile "acme"`, "is not a region id"}},
		{"unknown cloud", "huawei", "aws", []string{`profile "acme"`, `unknown cloud "aws"`, "huawei, otc, flexible-engine, sbercloud or custom"}},
		{"no project", "    project_id: 99a3fff0d03c428eac3678da6a7d0f24\n", "", []string{`profile "acme"`, "names no project", "project_id", "project_name"}},
		{"no such profile in an empty file", good, "current: acme", []string{"config.yaml:1", `"acme"`, "has no profiles"}},
		{"two projects", "    auth:", "    project_name: cn-north-4\n    auth:", []string{"its project twice"}},
		{"odd project", "99a3fff0d03c428eac3678da6a7d0f24", "99A3-fff0", []string{`"99A3-fff0"`, "is not a project id"}},
		{"long project", "99a3fff0d03c428eac3678da6a7d0f24", strings.Repeat("a", 33), []string{"is not a project id", "32"}},
		{"no credentials", auth, "", []string{`profile "acme"`, "no credentials", "add auth"}},
		{"keys and password", auth, auth + "      username: u\n      password: hunter2\n", []string{"credentials twice", "access_key and secret_key", "username and password"}},
		{"keys and token", auth, auth + "      token: hunter2\n", []string{"credentials twice", "token"}},
		{"half of the keys", "      secret_key: hunter2\n", "", []string{"access_key without secret_key", "add auth.secret_key"}},
		{"other half", "      access_key: ACCESSKEY\n", "", []string{"secret_key without access_key", "add auth.access_key"}},
		{"no password", auth, "    auth: {username: u, domain_name: d}\n", []string{"username without password", "add auth.password"}},
		{"no password of an id", auth, "    auth: {user_id: u, domain_name: d}\n", []string{"user_id without password", "add auth.password"}},
		{"no user", auth, "    auth: {password: hunter2, domain_name: d}\n", []string{"password without username", "add auth.username"}},
		{"no domain", auth, "    auth: {username: u, password: hunter2}\n", []string{"username without domain_name", "add auth.domain_name"}},
		{"lost security token", auth, "    auth: {token: hunter2, security_token: hunter2}\n", []string{"security_token without access_key"}},
		{"lost domain", auth, auth + "      domain_name: d\n", []string{"domain_name without username"}},
		{"lost id of a domain", auth, auth + "      domain_id: d\n", []string{"domain_id without username"}},
		{"two users", auth, "    auth: {username: u, user_id: i, password: hunter2, domain_name: d}\n", []string{"its user twice", "username or user_id"}},
		{"two accounts", auth, "    auth: {username: u, password: hunter2, domain_name: d, domain_id: i}\n", []string{"its account twice", "domain_name or domain_id"}},
		{"a project's name in no account", "    project_id: 99a3fff0d03c428eac3678da6a7d0f24\n" + auth, "    project_name: cn-north-4\n    auth: {user_id: u, password: hunter2}\n",
			[]string{"user_id and the name of a project without domain_name", "add auth.domain_name", "or give the project's id"}},
		{"password by id and token", auth, "    auth: {user_id: u, password: hunter2, token: hunter2}\n", []string{"credentials twice", "user_id and password, or token"}},
		{"an address with a version", "    auth:", "    endpoints: {elb: \"https://elb.example.com/v2.0/\"}\n    auth:", []string{`profile "acme"`, `elb: endpoint "https://elb.example.com/v2.0/": leave out /v2.0/`}},
		{"plain http", "    auth:", "    endpoints: {elb: \"http://elb.example.com\"}\n    auth:", []string{`profile "acme"`, "elb", `"http://elb.example.com"`, "https"}},
		{"not a URL", "    auth:", "    endpoints: {roma: roma.example.com}\n    auth:", []string{`profile "acme"`, "roma", "https://"}},
		{"credentials in a URL", "    auth:", "    endpoints: {iam: \"https://u:hunter2@iam.example.com\"}\n    auth:", []string{"iam", "iam.example.com"}},
		{"no endpoint", "    cloud: huawei\n", "", []string{"no endpoint for elb", "endpoints.elb", "--endpoint elb=", "cloud"}},
		{"keys without IAM", "    cloud: huawei\n" + "    region: cn-north-4\n", "    region: cn-north-4\n    endpoints: {elb: \"https://elb.example.com\"}\n", nil},
		{"password without IAM", "    cloud: huawei\n    region: cn-north-4\n    project_id: 99a3fff0d03c428eac3678da6a7d0f24\n" + auth,
			"    region: cn-north-4\n    project_id: \"99\"\n    endpoints: {elb: \"https://elb.example.com\"}\n    auth: {user_id: u, password: hunter2}\n",
			[]string{"no endpoint for iam", "where username and password log in", "endpoints.iam"}},
		{"lookup without IAM", "    cloud: huawei\n    region: cn-north-4\n    project_id: 99a3fff0d03c428eac3678da6a7d0f24\n",
			"    region: cn-north-4\n    project_name: cn-north-4\n    endpoints: {elb: \"https://elb.example.com\"}\n", []string{"no endpoint for iam", "project_name"}},
		{"unknown gateway", "    auth:", "    gateway: {service: apigateway}\n    auth:", []string{"unknown gateway service", "apic", "apigw"}},
		{"instance of nothing", "    auth:", "    gateway: {instance_id: x}\n    auth:", []string{"instance_id without gateway.service"}},
		{"gateway without endpoint", "    cloud: huawei\n", "    endpoints: {elb: \"https://elb.example.com\"}\n    gateway: {service: apic}\n", []string{"no endpoint for roma", "apic"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Find(Choice{Lookup: environ(t, edit(t, test.old, test.new))})
			if len(test.want) == 0 {
				if err != nil {
					t.Fatalf("got %v, want no error: keys alone need no IAM", err)
				}
				return
			}
			if err == nil {
				t.Fatal("no error")
			}
			if !errors.Is(err, Usage) {
				t.Errorf("%q is not a usage error", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q has a line break or a secret", err)
			}
		})
	}
}

func TestAMissingConfigIsAnErrorOnlyWhenItWasNamed(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "nowhere.yaml")
	_, err := readConfig(missing, true)
	if !errors.Is(err, Usage) || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "JANITOR_CONFIG") {
		t.Errorf("named and missing: %v", err)
	}
	if c, err := readConfig(missing, false); err != nil || len(c.Profiles) != 0 {
		t.Errorf("missing: %v, %v", c, err)
	}
	if _, err := readConfig(t.TempDir(), true); !errors.Is(err, Usage) {
		t.Errorf("a directory: %v", err)
	}
}

func TestAnchorsAndMergesAreAsStrict(t *testing.T) {
	shared := `current: acme
profiles:
  base: &base
    cloud: huawei
    region: cn-north-4
    project_id: "0123"
    auth: &keys {access_key: a, secret_key: b}
  acme:
    <<: *base
    auth: *keys
    region: cn-east-3
`
	p, err := Find(Choice{Lookup: environ(t, shared)})
	if err != nil || p.Region != "cn-east-3" || p.ProjectID != "0123" || p.Auth.SecretKey != "b" {
		t.Errorf("%+v, %v", p, err)
	}
	late := strings.Replace(strings.Replace(shared, "    <<: *base\n", "", 1), "cn-east-3\n", "cn-east-3\n    <<: *base\n", 1)
	if _, err := Find(Choice{Lookup: environ(t, late)}); !errors.Is(err, Usage) || !strings.Contains(err.Error(), "config.yaml:11: << must be the first key") {
		t.Errorf("a merge after other keys: %v", err)
	}
	if _, err := Find(Choice{Lookup: environ(t, strings.Replace(shared, "auth: *keys", "endpoints: *keys", 1))}); !errors.Is(err, Usage) {
		t.Errorf("an alias of the wrong sort: %v", err)
	}
}

func TestKeysComeWithTheirLines(t *testing.T) {
	config := "keys:\n  delete: [ctrl+x, \"!\"]\n  copy-id:\n    - C\n  raw:\n" + good
	p, err := Find(Choice{Lookup: environ(t, config)})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(p.Keys)
	for i, want := range []Binding{{"copy-id", []string{"C"}, "config.yaml:3"}, {"delete", []string{"ctrl+x", "!"}, "config.yaml:2"}, {"raw", nil, "config.yaml:5"}} {
		if i >= len(p.Keys) || p.Keys[i].Action != want.Action || !slices.Equal(p.Keys[i].Keys, want.Keys) || !strings.HasSuffix(p.Keys[i].Where, want.Where) {
			t.Errorf("%d: want %v of %s", i, want, got)
		}
	}
}

func TestViewsComeWithEveryProfileInTheOrderOfTheFile(t *testing.T) {
	config := "views:\n  stale: unused && age > 180d\n  Old-2: |\n    unused\n    && age > 2y\n  all: \"worth\"\n" + good
	want := []View{
		{Name: "stale", Expr: "unused && age > 180d"}, {Name: "Old-2", Expr: "unused && age > 2y"}, {Name: "all", Expr: "worth"},
	}
	for _, choice := range []Choice{
		{Lookup: environ(t, config)},
		{Profile: "env", Lookup: environ(t, config, "HUAWEICLOUD_SDK_AK=A", "HUAWEICLOUD_SDK_SK=S", "HUAWEICLOUD_SDK_PROJECT_ID=99", "HUAWEICLOUD_SDK_REGION=eu-de")},
	} {
		p, err := Find(choice)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Views) != len(want) {
			t.Fatalf("profile %q has the views %v", p.Name, p.Views)
		}
		for i, line := range []int{2, 3, 6} {
			got := p.Views[i]
			if !strings.HasSuffix(got.Where, fmt.Sprintf("config.yaml:%d", line)) {
				t.Errorf("%s is at %s, want line %d", got.Name, got.Where, line)
			}
			if got.Where = ""; got != want[i] {
				t.Errorf("view %d is %+v, want %+v", i, got, want[i])
			}
		}
	}
}

// What any profile protects is known, with whose it is: an expression that is wrong is told before that profile is needed.
func TestProtectionComesWithEveryProfile(t *testing.T) {
	config := strings.Replace(two, "    read_only: true\n", "    protect: [in-use, 'name = \"x\"']\n", 1)
	p, err := Find(Choice{Profile: "acme", Lookup: environ(t, config)})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Protect) != 0 || len(p.Protected) != 2 || p.Protected[0].Name != "other" || p.Protected[0].Expr != "in-use" || p.Protected[1].Expr != `name = "x"` ||
		!strings.HasSuffix(p.Protected[0].Where, "config.yaml:7") {
		t.Errorf("%+v, %+v", p.Protect, p.Protected)
	}
}

// FuzzConfig: whatever the file holds, reading it ends with a config or with one line.
func FuzzConfig(f *testing.F) {
	f.Add(good)
	f.Add("current: [")
	f.Add("a: &a [*a]")
	f.Add("profiles: {x: {<<: {region: r}}}")
	f.Add("profiles:\n  - x\n---\n...\n")
	f.Fuzz(func(t *testing.T, data string) {
		c, err := parseConfig("config.yaml", []byte(data))
		if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("more than one line: %q", err)
		}
		for name, p := range c.Profiles {
			if p.Name != name || fmt.Sprint(p) == "" {
				t.Errorf("%q is called %q", name, p.Name)
			}
		}
	})
}

func TestTheExampleOfTheREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for chapter, names := range map[string][]string{"Your account": {"acme"}, "Configuration": {"acme", "otc", "elsewhere"}} {
		_, after, _ := strings.Cut(string(readme), "\n## "+chapter+"\n")
		_, after, _ = strings.Cut(after, "```yaml\n")
		config, _, ok := strings.Cut(after, "```")
		if !ok {
			t.Fatalf("README.md has no YAML example of %s", chapter)
		}
		for _, name := range names {
			if _, err := Find(Choice{Profile: name, Lookup: environ(t, config)}); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestTheREADMEKnowsEveryKey(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, account, _ := strings.Cut(string(readme), "\n## Configuration\n")
	account, _, _ = strings.Cut(account, "\n## ")
	for _, of := range []reflect.Type{reflect.TypeFor[Profile](), reflect.TypeFor[Auth](), reflect.TypeFor[Endpoints](), reflect.TypeFor[Gateway](), reflect.TypeFor[Limits]()} {
		for _, key := range yamlfile.Keys(of) {
			if !strings.Contains(account, "`"+key+"`") && !strings.Contains(account, "`"+key+": ") {
				t.Errorf("the README does not explain %s", key)
			}
		}
	}
}
