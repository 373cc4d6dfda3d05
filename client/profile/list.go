package profile

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"janitor/client/auth"
	"janitor/client/wire"
)

// Found is a profile for people to look at. It holds no secret.
type Found struct {
	Name     string `json:"name"`
	Where    string `json:"where"`
	Cloud    string `json:"cloud,omitempty"`
	Region   string `json:"region,omitempty"`
	Project  string `json:"project,omitempty"` // id or name
	As       string `json:"as,omitempty"`      // who: a masked access key, a user, where the secret is fetched
	Active   bool   `json:"active"`
	ReadOnly bool   `json:"read_only,omitempty"`
	Problem  string `json:"problem,omitempty"` // what is wrong with it, or why it is skipped; "" = it can be used
}

// List finds every profile there is, in the order in which they count, and why none is active where none is. Like [Find]
// it sends nothing. A config file that cannot be read is the error; then there is no list.
func List(c Choice) (all []Found, warnings []string, inactive, err error) {
	c, _, err = c.begin()
	if err != nil {
		return nil, nil, nil, err
	}
	path, named := configPath(c.Lookup)
	config, err := readConfig(path, named)
	if err != nil {
		return nil, nil, nil, err
	}
	active, inactive := Find(c)
	add := func(p Profile, problem string) {
		f := c.shown(p, problem)
		if inactive == nil && p.Name == active.Name {
			f = active.found()
			f.Active = true
		}
		all = append(all, f)
	}
	for _, name := range slices.Sorted(maps.Keys(config.Profiles)) {
		add(config.Profiles[name], "")
	}
	as := c
	as.Region = "" // of the active one alone
	for _, at := range as.places() {
		for _, f := range at.find() {
			problem := f.skipped
			if f.err != nil {
				problem = f.err.Error()
			} else if problem != "" {
				problem = "skipped: " + problem
			}
			add(f.Profile, problem)
		}
	}
	if at, err := c.metadata(); err == nil && at != "" {
		all = append(all, c.shownAgency(inactive == nil && active.Name == agency))
	}
	return all, active.Warnings, inactive, nil
}

// shown is a profile with what would be wrong if it were used; problem is what is known of that, "" for nothing.
func (c Choice) shown(p Profile, problem string) Found {
	c.Profile, c.Region, c.Project = p.Name, "", "" // as if it were chosen, and nothing else said
	if problem == "" {
		var err error
		if p, err = c.complete(p, Endpoints{}); err == nil {
			err = p.Check()
		}
		if err != nil {
			problem = err.Error()
		}
	}
	f := p.found()
	f.Problem = problem
	return f
}

func (c Choice) shownAgency(active bool) Found {
	f := agencyProfile().found()
	switch f.Active = active; {
	case !active:
		f.Problem = "asked only when nothing else is found, or with --profile " + agency
	case c.Profile == "":
		f.Where += ", asked when it is used: nothing else was found"
	}
	return f
}

func (p Profile) found() Found {
	return Found{
		Name: wire.Clean(p.Name), Where: wire.Clean(p.where), Cloud: wire.Clean(cmp.Or(p.Cloud, "custom")), Region: wire.Clean(p.Region),
		Project: wire.Clean(cmp.Or(p.ProjectID, p.ProjectName)), As: wire.Clean(p.Auth.who()), ReadOnly: p.ReadOnly,
	}
}

// who is who we would be, as far as it can be told without fetching anything.
func (a Auth) who() string {
	shown := func(s Secret, show func(string) string) string {
		if from := s.source(); from != "" {
			return from
		}
		return show(strings.TrimPrefix(string(s), verbatim))
	}
	plain := func(value string) string { return value }
	switch {
	case a.AccessKey != "":
		temporary := ""
		if a.SecurityToken != "" {
			temporary = "temporary "
		}
		return temporary + "access key " + shown(a.AccessKey, auth.Mask)
	case a.login():
		who := "user " + shown(cmp.Or(a.Username, a.UserID), plain)
		if account := cmp.Or(a.DomainName, a.DomainID); account != "" {
			who += " of " + shown(account, plain)
		}
		return who
	case a.Token != "":
		return cmp.Or("token "+a.Token.source(), "token")
	case a.Clouds != "":
		return "cloud " + a.Clouds
	case a.Agency:
		return "the server's agency"
	}
	return ""
}
