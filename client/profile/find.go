package profile

import (
	"cmp"
	"os"
	"strings"

	"janitor/client/wire"
)

// environment is the name of the profile that comes from environment variables.
const environment = "env"

// Choice is what the command line says about the profile.
type Choice struct {
	Profile   string   // a profile of the config file, or "env"
	Region    string   // instead of the profile's
	Endpoints []string // instead of the profile's: "elb=https://…"
	ReadOnly  bool
	// Lookup reads the environment; nil = [os.LookupEnv].
	Lookup func(string) (string, bool)
}

// Find picks the profile and checks it; it reads the config file and the environment and sends nothing.
//
// The profile is the one that the choice names, else the config file's current one (or its only one), else the one
// that the environment describes. Its region is the choice's, else the profile's. Its endpoints are the choice's, else
// those of JANITOR_ENDPOINT_ELB, _APIG, _ROMA and _IAM, else the profile's, else its cloud's for its region.
//
// Errors are one line and of class [Usage], or [Credentials] when there is no profile at all.
func Find(c Choice) (Profile, error) {
	if c.Lookup == nil {
		c.Lookup = os.LookupEnv
	}
	given, err := c.given() // what was just typed is told first
	if err != nil {
		return Profile{}, err
	}
	p, err := c.pick()
	if err != nil {
		return Profile{}, err
	}
	if c.Region != "" {
		p.Region = c.Region
	}
	for _, service := range services() {
		at := p.Endpoints.endpoint(service)
		*at = cmp.Or(*given.endpoint(service), *at)
	}
	if c.ReadOnly {
		p.ReadOnly = true
	}
	p.lookup = c.Lookup
	return p, p.Check()
}

func (c Choice) pick() (Profile, error) {
	path, named := configPath(c.Lookup)
	config, err := readConfig(path, named)
	if err != nil {
		return Profile{}, err
	}
	p, err := c.from(config, path)
	p.Views = config.saved
	return p, err
}

// from picks one of the config file's profiles, or the environment's.
func (c Choice) from(config file, path string) (Profile, error) {
	env, hasEnv := fromEnvironment(c.Lookup)
	name := c.Profile
	if name == "" {
		name = config.Current
	}
	switch {
	case name == environment && hasEnv:
		return env, nil
	case name == environment:
		return Profile{}, credentials(nil, "no profile in the environment: set %s, or %s", environmentSDK, environmentOS)
	case name != "":
		if p, ok := config.Profiles[name]; ok {
			return p, nil
		}
		return Profile{}, usage("there is no profile %q in %s: %s", name, path, config.choices())
	case len(config.Profiles) == 1:
		for _, p := range config.Profiles {
			return p, nil
		}
	case len(config.Profiles) > 1:
		return Profile{}, usage("%s has several profiles and no current one: give --profile or add current; %s", path, config.choices())
	case hasEnv:
		return env, nil
	}
	return Profile{}, credentials(nil, "no profile found: %s has none, and neither %s nor %s is set; without an account, try: janitor demo",
		path, environmentSDK, environmentOS)
}

// given are the endpoints that the flags name, else the environment.
func (c Choice) given() (Endpoints, error) {
	var e Endpoints
	for _, flag := range c.Endpoints {
		service, given, ok := strings.Cut(flag, "=")
		at := e.endpoint(service)
		switch {
		case !ok, strings.ContainsAny(service, ":/@"): // a URL alone; not quoted, it may hold a password
			return e, usage("--endpoint must be SERVICE=URL, such as elb=https://elb.example.com: it begins with no service")
		case at == nil:
			return e, usage("--endpoint: unknown service %q: %s", service, suggest(service, services()))
		}
		if _, err := wire.Endpoint(given); err != nil {
			return e, usage("--endpoint %s: %v", service, err)
		}
		*at = given
	}
	for _, service := range services() {
		name := "JANITOR_ENDPOINT_" + strings.ToUpper(service)
		given, _ := c.Lookup(name)
		if at := e.endpoint(service); given != "" && *at == "" {
			if _, err := wire.Endpoint(given); err != nil {
				return e, usage("%s: %v", name, err)
			}
			*at = given
		}
	}
	return e, nil
}
