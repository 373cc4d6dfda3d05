package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"janitor/client/auth"
	"janitor/client/wire"
)

// soon is when a token that nobody renews is about to end.
const soon = time.Hour

// identity is who we are, until when, and for which project.
func (e examination) identity(ctx context.Context) []Finding {
	w := e.session.Who
	who := Finding{Area: "identity", What: "credentials", State: OK, Says: w.Way}
	if w.AccessKey != "" {
		who.Says += " " + w.AccessKey
	}
	if w.User != "" {
		who.Says = fmt.Sprintf("%s of user %s", who.Says, w.User)
	}
	if w.Account != "" {
		who.Says += " in account " + w.Account
	}
	if e.reach.Endpoints.IAM == "" {
		return []Finding{who, e.until(), {Area: "identity", What: "project", State: Unknown, Says: "the profile has no endpoint for iam to ask", Do: "give endpoints.iam"}}
	}
	iam, err := e.api(e.reach.Endpoints.IAM, e.session.Signed)
	if err != nil {
		return []Finding{failed("identity", "credentials", err, "")}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	if w.Account == "" {
		var answer struct {
			Domains []struct {
				Name string `json:"name"`
			} `json:"domains"`
		}
		err := iam.Do(ctx, wire.Call{Doing: "asking for the account", Method: http.MethodGet, Path: "/v3/auth/domains", Out: &answer})
		switch {
		case errors.Is(err, wire.Unauthorised):
			return []Finding{failed("identity", "credentials", err, "")}
		case err == nil && len(answer.Domains) > 0:
			who.Says += " in account " + answer.Domains[0].Name
		}
	}
	return []Finding{who, e.until(), e.project(ctx, iam)}
}

// until says when the credentials end. What janitor renews by itself does not end.
func (e examination) until() Finding {
	w := e.session.Who
	f := Finding{Area: "identity", What: "expires", State: OK}
	left := time.Until(w.Expires)
	at := w.Expires.UTC().Format("2006-01-02 15:04 UTC")
	switch {
	case w.Way == "access key":
		f.Says = "not known of access keys"
		f.State = Unknown
	case w.Expires.IsZero():
		f.State, f.Says = Unknown, "not said"
	case w.Way != "token":
		f.Says = at + "; it is renewed before"
	case left <= 0:
		f.State, f.Says, f.Do = Bad, at+", which is past", "get a new token"
	case left < soon:
		f.State, f.Says, f.Do = Warning, at, "get a new token before a long run: nobody renews this one"
	default:
		f.Says = at
	}
	return f
}

// project is whether the profile's project is one that we may use.
func (e examination) project(ctx context.Context, iam *wire.API) Finding {
	f := Finding{Area: "identity", What: "project", State: OK}
	var names []string
	// Needs no permission (api.md 5).
	for page, err := range auth.Projects(ctx, iam, "asking for our projects", "/v3/auth/projects", nil) {
		switch {
		case errors.Is(err, wire.RouteAbsent):
			f.State, f.Says = Unknown, e.session.Project+"; this cloud does not say which projects are ours"
			return f
		case err != nil:
			return failed("identity", "project", err, "")
		}
		for _, p := range page {
			if p.ID == e.session.Project {
				f.Says = fmt.Sprintf("%s (%s)", p.ID, p.Name)
				return f
			}
			names = append(names, p.Name)
		}
	}
	f.State = Bad
	f.Says = fmt.Sprintf("%s is none of the projects of these credentials: %s", e.session.Project, strings.Join(names[:min(len(names), 10)], ", "))
	f.Do = "correct project_id, or use credentials for it"
	return f
}

// permissions tells what can be told without using them. Those to read show in the lists.
func (e examination) permissions(context.Context) []Finding {
	roles := Finding{Area: "permission", What: "roles", State: Unknown, Says: "not said"}
	if len(e.session.Who.Roles) > 0 {
		roles.State, roles.Says = OK, cut(strings.Join(e.session.Who.Roles, ", "))
	}
	found := []Finding{roles}
	for _, needs := range []struct{ what, permissions string }{
		{"delete pools", "elb:pools:delete"}, {"delete members", "elb:members:delete"}, {"delete certificates", "elb:certificates:delete"},
		{"delete IP groups, entries", "elb:ipgroups:delete, elb:ipgroups:put"}, {"delete channel members", "apig:vpcChannels:deleteInstance"},
	} {
		f := Finding{Area: "permission", What: needs.what, State: Unknown, Says: "shows when first used: " + needs.permissions}
		if e.session.ReadOnlyWhy != "" {
			f.State, f.Says = OK, "not needed: the profile is read-only"
		}
		found = append(found, f)
	}
	return found
}
