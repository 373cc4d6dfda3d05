package profile

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"janitor/client/spelling"
	"janitor/client/wire"
)

// Names of profiles that are not in the config file.
const (
	environment = "env"       // of the environment; env/sdk, env/hw and env/os are its parts
	sdkFile     = "sdk/basic" // of the official SDK's credentials file
	openStack   = "clouds/"   // of clouds.yaml
	kooCLI      = "hcloud/"   // of KooCLI
	agency      = "server/agency"
)

// reserved says whether a name is for profiles from elsewhere.
func reserved(name string) bool {
	before, _, nested := strings.Cut(name, "/")
	return name == environment || nested && slices.Contains([]string{environment, "sdk", "clouds", "hcloud", "server"}, before)
}

// Choice is what the command line says about the profile.
type Choice struct {
	Profile   string   // a profile of the config file, or the name of one from elsewhere
	Region    string   // instead of the profile's
	Project   string   // instead of the profile's: an id, or a name, which has other characters than an id
	Endpoints []string // instead of the profile's: "elb=https://…"
	ReadOnly  bool

	Lookup func(string) (string, bool) // reads the environment; nil = [os.LookupEnv]
}

// candidate is a profile that some place other than the config file has, or why it cannot be one.
type candidate struct {
	Profile
	chosen  bool   // what its place itself takes for the one to use
	err     error  // it is wrong: what follows must not be used instead without asking
	skipped string // why janitor cannot use it: the next place is looked at
	whole   bool   // err is about the place itself; Name is how its profiles begin
}

// wrong is err with where it is.
func (f candidate) wrong() error {
	if f.whole || strings.HasPrefix(f.err.Error(), f.where) {
		return f.err
	}
	return usage("%v: %v", f.Profile, f.err)
}

// choices are the names that a place has, as it calls them itself, as the end of a sentence; prefix is what we put before.
func choices(all []candidate, prefix string) string {
	var names []string
	for _, f := range all {
		names = append(names, fmt.Sprintf("%q", strings.TrimPrefix(f.Name, prefix)))
	}
	if len(names) == 0 {
		return "it has none"
	}
	return "choose from " + strings.Join(names, ", ")
}

// wanted adds to the profiles of a place, read from path, the one that the variable names and that is not among them: using
// another one instead would surprise.
func (c Choice) wanted(variable string, all []candidate, prefix, path, what string) []candidate {
	want := c.get(variable)
	if want == "" || slices.ContainsFunc(all, func(f candidate) bool { return f.chosen }) {
		return all
	}
	return append(all, candidate{
		Profile: Profile{Name: prefix + want, where: path}, chosen: true,
		err: usage("%s is %q, and %s has no such %s: %s", variable, want, path, what, choices(all, prefix)),
	})
}

// place is where profiles are looked for besides the config file.
type place struct {
	about string // for a sentence: "the environment"
	many  string // how to choose among its profiles
	find  func() []candidate
}

// places are in the order in which they count. The agency of the server, which has to be asked for over the network, comes
// after them.
func (c Choice) places() []place {
	return []place{
		{"the environment (HUAWEICLOUD_SDK_AK, HW_ACCESS_KEY, OS_USERNAME, …)", "", c.fromEnvironment},
		{"~/.huaweicloud/credentials", "", c.fromSDKFile},
		{"clouds.yaml", "set OS_CLOUD or give --profile clouds/NAME", c.fromClouds},
		{"~/.hcloud/config.json", "set its current one or give --profile hcloud/NAME", c.fromKooCLI},
	}
}

// Find picks the profile and checks it; it reads files and the environment and sends nothing.
//
// The profile is the one that the choice names, else the config file's current one (or its only one), else the first of:
// the environment's, that of the official SDK's credentials file, the one of clouds.yaml, the one of KooCLI, the agency of
// the server that janitor runs on. Its region and project are the choice's, else its own. Its endpoints are the choice's,
// else those of JANITOR_ENDPOINT_ELB, _APIG, _ROMA and _IAM, else its own, else its cloud's for its region.
//
// Errors are one line and of class [Usage], or a [Nowhere] when there is no profile at all.
func Find(c Choice) (Profile, error) {
	c, given, err := c.begin()
	if err != nil {
		return Profile{}, err
	}
	path, named := configPath(c.Lookup)
	config, err := readConfig(path, named)
	if err != nil {
		return Profile{}, err
	}
	p, err := c.pick(config, path)
	if err != nil {
		return Profile{}, err
	}
	if p, err = c.complete(p, given); err != nil {
		return Profile{}, err
	}
	p.Views, p.Keys, p.Protected = config.saved, config.bound, config.protected
	if err := p.guard(config, path); err != nil {
		return Profile{}, err
	}
	return p, p.Check()
}

// begin reads what was just typed, so that a mistake there is told first.
func (c Choice) begin() (Choice, Endpoints, error) {
	if c.Lookup == nil {
		c.Lookup = os.LookupEnv
	}
	given, err := c.given()
	return c, given, err
}

// complete puts what the choice says over the profile, and a cloud of clouds.yaml under it.
func (c Choice) complete(p Profile, given Endpoints) (Profile, error) {
	if p.Auth.Clouds != "" {
		var err error
		if p, err = c.withCloud(p); err != nil {
			return p, err
		}
	}
	if err := c.checkProject(&p); err != nil {
		return p, err
	}
	if err := c.checkRegion(p, given); err != nil {
		return p, err
	}
	if c.Region != "" {
		p.Region = c.Region
	}
	if c.Project != "" {
		p.ProjectID, p.ProjectName, p.named, p.numbered = "", c.Project, "", ""
		if projectForm.MatchString(c.Project) {
			p.ProjectID, p.ProjectName = c.Project, ""
			p.typed = strings.Trim(c.Project, "0123456789abcdef") != ""
		}
	}
	for _, service := range services() {
		at := p.Endpoints.endpoint(service)
		*at = cmp.Or(*given.endpoint(service), *at)
		if p.Region != "" {
			*at = strings.ReplaceAll(*at, "{region}", p.Region)
		}
	}
	if c.ReadOnly {
		p.ReadOnly = true
	}
	p.lookup = c.Lookup
	return p, nil
}

// checkRegion refuses another region than the profile's where the endpoints are written for that one: its objects would be
// shown, and deleted, under the name of the other. IAM may be one for all regions; what was given with the choice is
// taken as it is.
func (c Choice) checkRegion(p Profile, given Endpoints) error {
	if c.Region == "" || p.Region == "" || c.Region == p.Region {
		return nil
	}
	var fixed []string
	for _, service := range services() {
		at := *p.Endpoints.endpoint(service)
		if service == "iam" || at == "" || *given.endpoint(service) != "" || strings.Contains(at, "{region}") || names(at, c.Region) {
			continue
		}
		fixed = append(fixed, service)
	}
	if fixed == nil {
		return nil
	}
	return usage("the endpoints (%s) of %v are written for %s: it has no other region; write {region} in them, or give --endpoint %s=https://…",
		strings.Join(fixed, ", "), p, p.Region, fixed[0])
}

// names: the host of the endpoint says the region.
func names(endpoint, region string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && slices.Contains(strings.Split(u.Hostname(), "."), region)
}

// withCloud takes what a profile of the config file leaves to a cloud of clouds.yaml from there.
func (c Choice) withCloud(p Profile) (Profile, error) {
	name := p.Auth.Clouds
	if err := p.checkAuth(); err != nil {
		return p, err
	}
	all := c.fromClouds()
	i := slices.IndexFunc(all, func(f candidate) bool { return f.Name == openStack+name })
	if i < 0 {
		if len(all) == 1 && all[0].err != nil {
			return p, all[0].err
		}
		return p, usage("%v: auth.clouds is %q, and clouds.yaml has no such cloud: %s", p, name, choices(all, openStack))
	}
	from := all[i]
	called := cmp.Or(from.ProjectName, from.named)
	switch {
	case from.err != nil:
		return p, usage("%v: %v: %v", p, from.Profile, from.err)
	case from.skipped != "":
		return p, credentials(nil, "%v: %v cannot be used: %s", p, from.Profile, from.skipped)
	case p.ProjectID != "" && from.ProjectID != "" && p.ProjectID != from.ProjectID:
		return p, usage("%v is for project %s, but %v is for %s: take project_id out of one of them", p, p.ProjectID, from.Profile, from.ProjectID)
	case p.ProjectName != "" && called != "" && p.ProjectName != called:
		return p, usage("%v is for project %q, but %v is for %q: take project_name out of one of them", p, p.ProjectName, from.Profile, called)
	}
	p.Auth, p.keptIn = from.Auth, from.keptIn
	p.Cloud, p.Region = cmp.Or(p.Cloud, from.Cloud), cmp.Or(p.Region, from.Region)
	theirs := func(key string) string { return key + " of " + from.where }
	switch {
	case p.ProjectID == "" && p.ProjectName == "":
		p.ProjectID, p.ProjectName, p.named = from.ProjectID, from.ProjectName, from.named
		if p.ProjectID != "" {
			p.variables = map[string]string{"project_id": theirs("project_id"), "project_name": theirs("project_name")}
		}
	case p.ProjectID != "" && called != "":
		p.named, p.variables = called, map[string]string{"project_name": theirs("project_name")}
	case p.ProjectName != "" && from.ProjectID != "" && called == "":
		p.numbered, p.variables = from.ProjectID, map[string]string{"project_id": theirs("project_id")}
	}
	p.Endpoints.IAM = cmp.Or(p.Endpoints.IAM, from.Endpoints.IAM)
	p.CAFile = cmp.Or(p.CAFile, from.CAFile)
	if p.CertFile == "" && p.KeyFile == "" {
		p.CertFile, p.KeyFile = from.CertFile, from.KeyFile
	}
	return p, nil
}

// guard warns of files with secrets that others can read, and refuses them where the config file is strict.
func (p *Profile) guard(config file, path string) error {
	var files []string
	for _, one := range config.Profiles {
		if a := one.Auth; a.SecretKey.written() || a.SecurityToken.written() || a.Password.written() || a.Token.written() {
			files = []string{path}
		}
	}
	if p.keptIn != "" && !slices.Contains(files, p.keptIn) {
		files = append(files, p.keptIn)
	}
	for _, at := range files {
		said := exposed(at)
		if said == "" {
			continue
		}
		if config.Strict {
			return usage("%s (strict is true in %s)", said, path)
		}
		p.Warnings = append(p.Warnings, said)
	}
	return nil
}

// pick finds the profile that the choice names, or else the one that counts.
func (c Choice) pick(config file, path string) (Profile, error) {
	name := cmp.Or(c.Profile, config.Current)
	switch {
	case name != "" && reserved(name):
		return c.elsewhere(name)
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
	}
	looked := []string{path + " has none"}
	for _, at := range c.places() {
		found := at.find()
		p, why, err := at.choose(found)
		switch {
		case err != nil:
			return Profile{}, err
		case why == "":
			return p, nil
		}
		looked = append(looked, why)
	}
	return c.agencyAfter(looked)
}

// choose takes the profile of a place that counts; why says that there is none.
func (at place) choose(found []candidate) (p Profile, why string, err error) {
	if i := slices.IndexFunc(found, func(f candidate) bool { return f.chosen && f.skipped != "" }); i >= 0 {
		return Profile{}, fmt.Sprintf("%v is skipped: %s", found[i].Profile, found[i].skipped), nil
	}
	usable := slices.DeleteFunc(slices.Clone(found), func(f candidate) bool { return f.skipped != "" })
	i := slices.IndexFunc(usable, func(f candidate) bool { return f.chosen })
	if len(usable) == 1 {
		i = 0
	}
	switch {
	case i >= 0 && usable[i].err != nil:
		return Profile{}, "", usable[i].wrong()
	case i >= 0:
		return usable[i].Profile, "", nil
	case len(usable) > 1:
		names := make([]string, len(usable))
		for i, f := range usable {
			names[i] = f.Name
		}
		return Profile{}, "", usage("%s has several profiles, and none is chosen: %s; they are %s", at.about, at.many, strings.Join(names, ", "))
	case len(found) > 0:
		return Profile{}, fmt.Sprintf("%v is skipped: %s", found[0].Profile, found[0].skipped), nil
	}
	return Profile{}, at.about + " has none", nil
}

// elsewhere finds a profile by name outside the config file.
func (c Choice) elsewhere(name string) (Profile, error) {
	if name == agency {
		return agencyProfile(), nil
	}
	var names []string
	for _, at := range c.places() {
		for _, f := range at.find() {
			names = append(names, f.Name)
			mine := f.Name == name || f.whole && strings.HasPrefix(name, f.Name)
			switch {
			case !mine:
			case f.err != nil:
				return Profile{}, f.wrong()
			case f.skipped != "":
				return Profile{}, credentials(nil, "%v cannot be used: %s", f.Profile, f.skipped)
			default:
				return f.Profile, nil
			}
		}
	}
	if name == environment {
		return Profile{}, credentials(nil, "no profile in the environment: set %s, or %s, or %s", environmentSDK, environmentHW, environmentOS)
	}
	if len(names) == 0 {
		return Profile{}, usage("there is no profile %q: janitor profiles shows where it looked", name)
	}
	return Profile{}, usage("there is no profile %q: outside the config file there are %s", name, strings.Join(names, ", "))
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
			return e, usage("--endpoint: unknown service %q: %s", service, spelling.Suggest(service, services()))
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
