// Package profile knows where janitor is to work and as whom: it finds a profile in the flags, the config file or the
// environment, checks it before anything is sent, and opens it into a client.
package profile

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Profile is one account, region and project with the credentials for it, as it stands in the config file.
type Profile struct {
	Cloud       string    `yaml:"cloud"` // huawei, otc or custom; "" = custom
	Region      string    `yaml:"region"`
	ProjectID   string    `yaml:"project_id"`   // at most 32 digits and lower-case letters (S0)
	ProjectName string    `yaml:"project_name"` // looked up when the profile is opened
	Auth        Auth      `yaml:"auth"`
	Endpoints   Endpoints `yaml:"endpoints"`
	Gateway     Gateway   `yaml:"gateway"`
	ReadOnly    bool      `yaml:"read_only"`
	Pace        Pace      `yaml:"pace"`

	Name       string `yaml:"-"`
	Views      []View `yaml:"-"` // of the whole config file, in its order
	where      string // for errors: "FILE:LINE", "the environment"; "" for profiles made by the program
	readOnlyIn string // the file that makes it read-only; "" = the command line does

	lookup    func(string) (string, bool) // reads the environment
	variables map[string]string           // which variable stands for a key, in a profile from the environment
}

// Auth holds one way to say who we are: access key and secret key (with a security token when they are temporary),
// user name and password, or a token.
type Auth struct {
	AccessKey     Secret `yaml:"access_key"`
	SecretKey     Secret `yaml:"secret_key"`
	SecurityToken Secret `yaml:"security_token"`
	Username      Secret `yaml:"username"`
	Password      Secret `yaml:"password"`
	DomainName    Secret `yaml:"domain_name"` // the account that the user belongs to
	Token         Secret `yaml:"token"`
}

// Gateway narrows down whose channels are shown.
type Gateway struct {
	Service    string `yaml:"service"`     // apic (ROMA Connect) or apigw (API Gateway); "" = both, where there is an endpoint
	InstanceID string `yaml:"instance_id"` // "" = every running instance
}

// Class sorts the errors of this package: errors.Is(err, profile.Usage).
type Class string

// Usage: what was written is wrong. Credentials: who we are could not be established.
const (
	Usage       Class = "usage"
	Credentials Class = "credentials"
)

func (c Class) Error() string { return string(c) }

type problem struct {
	class Class
	text  string
	cause error
}

func (p *problem) Error() string {
	if p.cause != nil {
		return p.text + ": " + p.cause.Error()
	}
	return p.text
}
func (p *problem) Is(target error) bool { return target == error(p.class) }
func (p *problem) Unwrap() error        { return p.cause }

func usage(format string, args ...any) error {
	return &problem{class: Usage, text: fmt.Sprintf(format, args...)}
}

func credentials(cause error, format string, args ...any) error {
	return &problem{class: Credentials, text: fmt.Sprintf(format, args...), cause: cause}
}

// String names the profile and where it was found: `profile "acme" (/etc/janitor.yaml:3)`.
func (p Profile) String() string {
	if p.where == "" {
		return fmt.Sprintf("profile %q", p.Name)
	}
	return fmt.Sprintf("profile %q (%s)", p.Name, p.where)
}

var (
	regionForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	projectForm = regexp.MustCompile(`^[0-9a-z]{1,32}$`)
)

// Check finds what is wrong with the profile as far as that can be told without asking anybody. Errors are of class
// [Usage]; they hold no secret.
func (p Profile) Check() error {
	switch {
	case p.Cloud != "" && p.Cloud != "custom" && !isCloud(p.Cloud):
		return usage("%v: unknown cloud %q: use %s or custom", p, p.Cloud, strings.Join(cloudNames(), ", "))
	case p.Region == "":
		return usage("%v has no region: %s (such as eu-de) or give --region", p, p.add("region"))
	case !regionForm.MatchString(p.Region):
		return usage("%v: region %q is not a region id: lower-case letters, digits and dashes, such as eu-de", p, p.Region)
	case p.ProjectID == "" && p.ProjectName == "":
		return usage("%v names no project: %s%s", p, p.add("project_id"), p.orName())
	case p.ProjectID != "" && p.ProjectName != "":
		return usage("%v names its project twice: keep project_id or project_name", p)
	case p.ProjectID != "" && !projectForm.MatchString(p.ProjectID):
		return usage("%v: %s %q is not a project id: at most 32 digits and lower-case letters", p, p.word("project_id"), p.ProjectID)
	}
	if err := p.checkAuth(); err != nil {
		return err
	}
	if err := p.checkGateway(); err != nil {
		return err
	}
	if err := p.checkPace(); err != nil {
		return err
	}
	return p.checkEndpoints()
}

func (p Profile) checkAuth() error {
	a := p.Auth
	keys := a.AccessKey != "" || a.SecretKey != ""
	password := a.Username != "" || a.Password != ""
	token := a.Token != ""
	twice := func(one, other string) error {
		return usage("%v gives credentials twice: keep %s, or %s", p, one, other)
	}
	half := func(has, lacks string) error {
		return usage("%v has %s without %s: %s", p, p.word(has), p.word(lacks), p.add(lacks))
	}
	ofKeys := p.word("access_key") + " and " + p.word("secret_key")
	ofPassword := p.word("username") + " and " + p.word("password")
	switch {
	case !keys && !password && !token:
		return usage("%v has no credentials: add auth with access_key and secret_key, or username, password and domain_name, or token", p)
	case keys && password:
		return twice(ofKeys, ofPassword)
	case keys && token:
		return twice(ofKeys, p.word("token"))
	case password && token:
		return twice(ofPassword, p.word("token"))
	case keys && a.SecretKey == "":
		return half("access_key", "secret_key")
	case keys && a.AccessKey == "":
		return half("secret_key", "access_key")
	case password && a.Password == "":
		return half("username", "password")
	case password && a.Username == "":
		return half("password", "username")
	case password && a.DomainName == "":
		return usage("%v has %s without %s: %s, the name of the account", p, p.word("username"), p.word("domain_name"), p.add("domain_name"))
	case a.SecurityToken != "" && !keys:
		return usage("%v has security_token without access_key: it belongs to temporary access keys", p)
	case a.DomainName != "" && !password:
		return usage("%v has domain_name without username: it belongs to a login with a password", p)
	}
	return nil
}

// word is what the user calls a key: the key, or the variable it came from.
func (p Profile) word(key string) string {
	if v, ok := p.variables[key]; ok {
		return v
	}
	return key
}

// add says how to supply a key.
func (p Profile) add(key string) string {
	if v, ok := p.variables[key]; ok {
		return "set " + v
	}
	if slices.Contains(keys(reflect.TypeFor[Auth]()), key) {
		key = "auth." + key
	}
	return "add " + key
}

// orName offers the project's name where it can be given.
func (p Profile) orName() string {
	if _, ok := p.variables["project_name"]; p.variables != nil && !ok {
		return ""
	}
	return fmt.Sprintf(", or %s (the main project of a region has the region's name: %s)", p.word("project_name"), p.Region)
}
