// Package profile knows where janitor is to work and as whom: it finds a profile in the flags, the config file or the
// environment, checks it before anything is sent, and opens it into a client.
package profile

import (
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"janitor/client/yamlfile"
)

// Profile is one account, region and project with the credentials for it, as it stands in the config file.
type Profile struct {
	Cloud       string    `yaml:"cloud"` // one of those in endpoints.go or custom; "" = custom
	Region      string    `yaml:"region"`
	ProjectID   string    `yaml:"project_id"`   // at most 32 digits and lower-case letters (S0)
	ProjectName string    `yaml:"project_name"` // looked up when the profile is opened
	Auth        Auth      `yaml:"auth"`
	Endpoints   Endpoints `yaml:"endpoints"`
	Gateway     Gateway   `yaml:"gateway"`
	ReadOnly    bool      `yaml:"read_only"`
	Confirm     string    `yaml:"confirm"` // normal or [AlwaysName]; "" = normal
	Protect     []string  `yaml:"protect"` // expressions: what fulfils one is never deleted
	Limits      Limits    `yaml:"limits"`
	Pace        Pace      `yaml:"pace"`
	CAFile      string    `yaml:"ca_file"`   // PEM, trusted besides the system's own
	CertFile    string    `yaml:"cert_file"` // PEM, with key_file: shown to the services
	KeyFile     string    `yaml:"key_file"`
	Timeout     string    `yaml:"timeout"` // of one request, such as 30s; "" = 2 minutes

	Name       string       `yaml:"-"`
	Views      []View       `yaml:"-"` // of the whole config file, in its order
	Keys       []Binding    `yaml:"-"` // of the whole config file, by action
	Protected  []View       `yaml:"-"` // what the profiles of the config file protect, each called by its profile
	Warnings   []string     `yaml:"-"` // what is dangerous but works, each a line for people
	Log        *slog.Logger `yaml:"-"` // is told of every request of its sessions; nil = nobody is
	where      string       // for messages: "FILE:LINE", "the environment"; "" for profiles made by the program
	readOnlyIn string       // the file that makes it read-only; "" = the command line does
	keptIn     string       // the file that the secrets themselves stand in, "" when none
	named      string       // what the project of ProjectID is called by the same source or the environment, "" = not said
	numbered   string       // the id that the project called ProjectName has by another source, "" = not said
	typed      bool         // ProjectID was typed, and may be a name: ids are hexadecimal
	searched   []string     // where nothing was found before the server's agency was tried, see [Nowhere]

	lookup    func(string) (string, bool) // reads the environment
	variables map[string]string           // where a key comes from, if not from the config file: a variable, or a place
}

// How deletions are confirmed: by y or a number where nothing is in danger, or always by a name.
const (
	normal     = "normal"
	AlwaysName = "always-name"
)

// Auth holds one way to say who we are: access key and secret key (with a security token when they are temporary),
// user (by name or id) and password, a token, a cloud of clouds.yaml, or the agency of the server we are on.
type Auth struct {
	AccessKey     Secret `yaml:"access_key"`
	SecretKey     Secret `yaml:"secret_key"`
	SecurityToken Secret `yaml:"security_token"`
	Username      Secret `yaml:"username"`
	Password      Secret `yaml:"password"`
	UserID        Secret `yaml:"user_id"`
	DomainName    Secret `yaml:"domain_name"` // the account that the user belongs to
	DomainID      Secret `yaml:"domain_id"`
	Token         Secret `yaml:"token"`
	Clouds        string `yaml:"clouds"` // name of a cloud in clouds.yaml
	Agency        bool   `yaml:"agency"`
}

// Limits are how much a plan of the command line may delete; nil = the usual, 0 = no limit.
type Limits struct {
	MaxItems   *int `yaml:"max_items"`
	MaxPercent *int `yaml:"max_percent"` // of all that are listed of a kind
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
// [Usage]; they hold no secret. A server's agency needs no region and project: the server knows them.
func (p Profile) Check() error {
	switch {
	case p.Cloud != "" && p.Cloud != "custom" && !isCloud(p.Cloud):
		return usage("%v: unknown cloud %q: use %s or custom", p, p.Cloud, strings.Join(cloudNames(), ", "))
	case p.Region == "" && !p.Auth.Agency:
		return usage("%v has no region: %s (such as eu-de) or give --region", p, p.add("region"))
	case p.Region != "" && !regionForm.MatchString(p.Region):
		return usage("%v: region %q is not a region id: lower-case letters, digits and dashes, such as eu-de", p, p.Region)
	case p.ProjectID == "" && p.ProjectName == "" && !p.Auth.Agency:
		return usage("%v names no project: %s%s", p, p.add("project_id"), p.orName())
	case p.ProjectID != "" && p.ProjectName != "":
		return usage("%v names its project twice: keep project_id or project_name", p)
	case p.ProjectID != "" && !projectForm.MatchString(p.ProjectID):
		return usage("%v: %s %q is not a project id: at most 32 digits and lower-case letters", p, p.word("project_id"), p.ProjectID)
	}
	if p.Confirm != "" && p.Confirm != normal && p.Confirm != AlwaysName {
		return usage("%v: confirm %q: it is %s or %s", p, p.Confirm, normal, AlwaysName)
	}
	for _, limit := range [...]struct {
		key   string
		value *int
	}{{"max_items", p.Limits.MaxItems}, {"max_percent", p.Limits.MaxPercent}} {
		if limit.value != nil && *limit.value < 0 {
			return usage("%v: limits.%s is below 0: 0 is no limit", p, limit.key)
		}
	}
	if err := p.checkAuth(); err != nil {
		return err
	}
	if err := p.checkGateway(); err != nil {
		return err
	}
	if _, err := p.timeout(); err != nil {
		return err
	}
	if (p.CertFile == "") != (p.KeyFile == "") {
		return usage("%v: cert_file and key_file belong together: give both or neither", p)
	}
	if err := p.checkPace(); err != nil {
		return err
	}
	if p.Region == "" { // the endpoints follow from it
		return nil
	}
	return p.checkEndpoints()
}

// way is one of the ways to say who we are.
type way struct {
	given bool
	words string // what gives it
}

func (p Profile) ways() []way {
	a := p.Auth
	user := "username"
	if a.Username == "" && a.UserID != "" {
		user = "user_id"
	}
	return []way{
		{a.AccessKey != "" || a.SecretKey != "", p.word("access_key") + " and " + p.word("secret_key")},
		{a.login(), p.word(user) + " and " + p.word("password")},
		{a.Token != "", p.word("token")},
		{a.Clouds != "", "clouds"},
		{a.Agency, "agency"},
	}
}

// login says whether we are a user with a password, or half of it.
func (a Auth) login() bool { return a.Username != "" || a.UserID != "" || a.Password != "" }

func (p Profile) checkAuth() error {
	a := p.Auth
	var words []string
	for _, w := range p.ways() {
		if w.given {
			words = append(words, w.words)
		}
	}
	half := func(has, lacks string) error {
		return usage("%v has %s without %s: %s", p, p.word(has), p.word(lacks), p.add(lacks))
	}
	keys := a.AccessKey != "" || a.SecretKey != ""
	switch {
	case len(words) == 0:
		return usage("%v has no credentials: add auth with access_key and secret_key, or username, password and domain_name, or token", p)
	case len(words) > 1:
		return usage("%v gives credentials twice: keep %s, or %s", p, words[0], words[1])
	case keys && a.SecretKey == "":
		return half("access_key", "secret_key")
	case keys && a.AccessKey == "":
		return half("secret_key", "access_key")
	case a.Username != "" && a.UserID != "":
		return usage("%v names its user twice: keep %s or %s", p, p.word("username"), p.word("user_id"))
	case a.Username != "" && a.Password == "":
		return half("username", "password")
	case a.UserID != "" && a.Password == "":
		return half("user_id", "password")
	case a.Password != "" && a.Username == "" && a.UserID == "":
		return half("password", "username")
	case a.Username != "" && a.DomainName == "" && a.DomainID == "":
		return usage("%v has %s without %s: %s, the name of the account", p, p.word("username"), p.word("domain_name"), p.add("domain_name"))
	case a.UserID != "" && p.ProjectID == "" && a.DomainName == "" && a.DomainID == "":
		return usage("%v has %s and the name of a project without %s: %s, or give the project's id", p, p.word("user_id"), p.word("domain_name"), p.add("domain_name"))
	case a.DomainName != "" && a.DomainID != "":
		return usage("%v names its account twice: keep %s or %s", p, p.word("domain_name"), p.word("domain_id"))
	case a.SecurityToken != "" && !keys:
		return usage("%v has security_token without access_key: it belongs to temporary access keys", p)
	case a.DomainName != "" && !a.login():
		return usage("%v has domain_name without username: it belongs to a login with a password", p)
	case a.DomainID != "" && !a.login():
		return usage("%v has domain_id without username: it belongs to a login with a password", p)
	}
	return nil
}

// timeout of one request; 0 = the usual one.
func (p Profile) timeout() (time.Duration, error) {
	if p.Timeout == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(p.Timeout)
	if err != nil || d < time.Second || d > time.Hour {
		return 0, usage("%v: timeout %q is not a time between 1s and 1h, such as 30s", p, p.Timeout)
	}
	return d, nil
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
	if slices.Contains(yamlfile.Keys(reflect.TypeFor[Auth]()), key) {
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
