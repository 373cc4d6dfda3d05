package doctor

import (
	"context"
	"errors"
	"net/http"

	"janitor/client/wire"
)

// nobody is the id of nothing, for paths that need one.
const nobody = "00000000-0000-0000-0000-000000000000"

// batches finds out which calls for many at a time a cloud has.
//
// A gateway looks a path up before it looks at who asks: without credentials, a call that exists is answered with "not
// authorised" and one that does not with "no such API". So the calls are sent without credentials and without a body,
// which nobody can take for an order to delete. First it is made sure that this cloud works like that: a list must be
// refused without credentials, and a path that cannot exist must be unknown. Where not, it shows when first used.
func (e examination) batches(ctx context.Context) []Finding {
	prefix := "/v3/" + e.session.Project + "/elb"
	calls := []struct{ what, path, without string }{
		{"pools", "/pools/batch-delete", "they are deleted one by one, which takes longer"},
		{"certificates", "/certificates/batch-delete", "they are deleted one by one, which takes longer"},
		{"IP group entries", "/ipgroups/" + nobody + "/iplist/batch-delete", "PUT is tried when entries are deleted"},
	}
	elb, err := e.api(e.reach.Endpoints.ELB, e.reach.Bare)
	if err != nil {
		return []Finding{failed("batch", "calls", err, "")}
	}
	ask := func(method, path string) error {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		return elb.Do(ctx, wire.Call{Doing: "asking without credentials", Method: method, Path: prefix + path})
	}
	why := ""
	switch refused := ask(http.MethodGet, "/pools"); {
	case refused == nil:
		why = "this cloud answers without credentials"
	case !errors.Is(refused, wire.Unauthorised):
		why = "this cloud does not say 401 to who has no credentials"
	case !errors.Is(ask(http.MethodPost, "/no-such-path-"+nobody), wire.RouteAbsent):
		why = "this cloud does not tell unknown paths from others"
	}
	var found []Finding
	for _, c := range calls {
		f := Finding{Area: "batch", What: c.what, State: Unknown, Says: "shows when first used: " + why}
		if why == "" {
			switch err := ask(http.MethodPost, c.path); {
			case errors.Is(err, wire.Unauthorised):
				f.State, f.Says = OK, "offered"
			case errors.Is(err, wire.RouteAbsent):
				f.State, f.Says = Warning, "not offered: "+c.without
			case err == nil:
				f.Says += "this cloud answers it without credentials"
			default:
				f.Says += err.Error()
			}
		}
		found = append(found, f)
	}
	return found
}
