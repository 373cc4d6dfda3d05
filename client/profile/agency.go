package profile

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"janitor/client/auth"
	"janitor/client/wire"
)

func agencyProfile() Profile {
	return Profile{Name: agency, where: "the metadata service", Cloud: "huawei", Auth: Auth{Agency: true}}
}

// agencyAfter is the agency of the server we may be on, when nothing else was found; looked says where.
func (c Choice) agencyAfter(looked []string) (Profile, error) {
	p := agencyProfile()
	p.searched = looked
	switch at, err := c.metadata(); {
	case err != nil:
		return Profile{}, err
	case at == "":
		return Profile{}, p.nowhere("JANITOR_METADATA is off")
	}
	return p, nil
}

// nowhere says that there is no profile at all; last is why the server's agency is none.
func (p Profile) nowhere(last string) error {
	return &Nowhere{append(slices.Clip(p.searched), last)}
}

// Nowhere is that there is no profile at all; its class is [Credentials], its text one line.
type Nowhere struct {
	Looked []string // why there is none in each place, in order: "clouds.yaml has none"
}

func (n *Nowhere) Error() string {
	return "no profile found: " + strings.Join(n.Looked, "; ") + "; set up one of these, or try janitor demo, which needs no account"
}

// Lines is the same on several lines, for people.
func (n *Nowhere) Lines() []string {
	lines := []string{"no profile found"}
	for _, place := range n.Looked {
		lines = append(lines, "  "+place)
	}
	return append(lines, "Set up one of these, or try janitor demo, which needs no account.")
}

// Is matches the class.
func (n *Nowhere) Is(target error) bool { return target == error(Credentials) }

// fromServer opens the metadata service of the server we are on; region and project are the server's unless the profile
// says them.
func (p Profile) fromServer(ctx context.Context) (*auth.Agency, Profile, error) {
	at, err := Choice{Lookup: p.lookup}.metadata()
	if err != nil {
		return nil, p, err
	}
	if at == "" {
		return nil, p, credentials(nil, "%v: the metadata service is not asked while JANITOR_METADATA is off", p)
	}
	server := auth.NewAgency(at, p.Log)
	if err := server.Fetch(ctx); err != nil {
		if p.searched != nil {
			return nil, p, p.nowhere(err.Error())
		}
		return nil, p, credentials(err, "%v", p)
	}
	if p.Region == "" || p.ProjectID == "" && p.ProjectName == "" {
		region, project, err := server.Place(ctx)
		if err != nil {
			return nil, p, credentials(err, "%v: give region and project", p)
		}
		p.Region = cmp.Or(p.Region, region)
		if p.ProjectID == "" && p.ProjectName == "" {
			p.ProjectID = project
		}
	}
	if p.Region == "" || p.ProjectID == "" && p.ProjectName == "" {
		return nil, p, usage("%v: the metadata service does not say region and project: give --region and --project", p)
	}
	return server, p, p.Check()
}

// metadata is the address of the metadata service, "" when it is not to be asked.
func (c Choice) metadata() (string, error) {
	switch at := c.get("JANITOR_METADATA"); at {
	case "":
		return auth.MetadataService, nil
	case "off":
		return "", nil
	default:
		if _, err := wire.Endpoint(at); err != nil {
			return "", usage("JANITOR_METADATA: %v; or off", err)
		}
		return at, nil
	}
}
