// Package doctor examines a profile: whether its services answer, who we are there, and what they offer. It changes
// nothing; what could delete is never sent with credentials.
package doctor

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"janitor/client"
	"janitor/client/profile"
	"janitor/client/wire"
)

// State is how a finding is.
type State string

// The states. Unknown is not bad: it cannot be found out without changing anything.
const (
	OK      State = "ok"
	Warning State = "warning"
	Bad     State = "bad"
	Unknown State = "unknown"
)

// Finding is one thing that was looked at.
type Finding struct {
	Area  string `json:"area"` // endpoint, tls, clock, identity, permission, list, batch or quota
	What  string `json:"what"` // within the area: "elb", "pools"
	State State  `json:"state"`
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"` // what to do about it

	refused bool // the credentials were not accepted
}

// Report is the examination of one profile.
type Report struct {
	Profile  string    `json:"profile"`
	Region   string    `json:"region"`
	Project  string    `json:"project"` // "" where it could not be found out
	Findings []Finding `json:"findings"`
}

// Count is how many findings are in a state.
func (r Report) Count(s State) int {
	n := 0
	for _, f := range r.Findings {
		if f.State == s {
			n++
		}
	}
	return n
}

// Refused says that a service did not accept the credentials.
func (r Report) Refused() bool {
	for _, f := range r.Findings {
		if f.refused {
			return true
		}
	}
	return false
}

const (
	checkTime = 20 * time.Second // for each question
	pauseMost = 5 * time.Second  // a busy service is not waited for longer
)

// Examine looks at all that a profile needs. The error says why nobody can be asked with it.
func Examine(ctx context.Context, p profile.Profile) (Report, error) {
	r := Report{Profile: wire.Clean(p.Name), Region: wire.Clean(p.Region), Project: wire.Clean(p.ProjectID)}
	s, opening := p.Open(ctx)
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	var reach profile.Reach
	if s != nil {
		defer s.Close()
		r.Region, r.Project, reach = s.Region, s.Project, s.Reach
	} else {
		if errors.Is(opening, profile.Usage) {
			return r, opening
		}
		var err error
		if reach, err = p.Reach(); err != nil || p.Region == "" { // nowhere to go: the region was to come from the server
			return r, opening
		}
		defer reach.Close()
	}
	e := examination{profile: p, session: s, reach: reach}
	// Side by side, and in this order on the page.
	parts := []func(context.Context) []Finding{e.endpoints}
	if s == nil {
		parts = append(parts, func(context.Context) []Finding { return []Finding{unopened(opening)} })
	} else {
		parts = append(parts, e.identity, e.permissions, e.lists, e.gateways, e.batches, e.quotas)
	}
	found := make([][]Finding, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { found[i] = part(ctx) })
	}
	all.Wait()
	for _, part := range found {
		r.Findings = append(r.Findings, part...)
	}
	r.Findings = sameReason(r.Findings)
	return r, ctx.Err()
}

// sameReason leaves out what failed only because the credentials are refused, where that is a finding of its own.
func sameReason(all []Finding) []Finding {
	told := slices.ContainsFunc(all, func(f Finding) bool { return f.Area == "identity" && f.refused })
	return slices.DeleteFunc(all, func(f Finding) bool { return told && f.refused && f.Area != "identity" })
}

// examination is what is being examined.
type examination struct {
	profile profile.Profile
	session *profile.Session
	reach   profile.Reach
}

func unopened(err error) Finding {
	f := Finding{Area: "identity", What: "credentials", State: Bad, Says: cut(err.Error()), Do: "see the endpoint of iam above"}
	if errors.Is(err, profile.Credentials) {
		f.refused, f.Do = true, "correct the credentials of the profile (janitor profiles shows where they come from)"
	}
	return f
}

// api is a service, for questions that only an examination asks; t carries credentials or none.
func (e *examination) api(base string, t http.RoundTripper) (*wire.API, error) {
	return wire.New(base, t, wire.Options{Timeout: checkTime, MaxPause: pauseMost, Log: e.profile.Log})
}

// failed says what an answer means that is no success; permission is what would be needed, "" when that is not known.
func failed(area, what string, err error, permission string) Finding {
	f := Finding{Area: area, What: what, State: Bad, Says: short(err)}
	switch {
	case errors.Is(err, wire.Unauthorised):
		f.refused, f.Do = true, "correct the credentials, or the clock"
	case errors.Is(err, wire.Forbidden) && permission != "":
		f.Do = "grant " + permission
	case errors.Is(err, wire.Forbidden):
		f.Do = "ask for the permission that the message names"
	case errors.Is(err, wire.RouteAbsent):
		f.State, f.Says = Warning, "this cloud does not offer it: "+f.Says
	case errors.Is(err, wire.Throttled):
		f.State, f.Do = Unknown, "wait and try again"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, wire.Transport):
		f.Do = "check the network"
	case errors.Is(err, wire.BadAnswer):
		f.Do = "check the endpoint: something else than the service seems to answer"
	default:
		f.Do = "try again later; the service's support can tell from the request id"
	}
	return f
}

// short is the error of a call without what was being done, which the finding says already.
func short(err error) string {
	e, ok := errors.AsType[*wire.Error](err)
	if !ok {
		return cut(err.Error())
	}
	said := wire.Error{Status: e.Status, Code: e.Code, Message: e.Message, RequestID: e.RequestID, Err: e.Err}
	return cut(said.Error())
}

func services(e profile.Endpoints) []struct{ name, at string } {
	return []struct{ name, at string }{{"elb", e.ELB}, {"apig", e.APIG}, {"roma", e.ROMA}, {"iam", e.IAM}}
}

// cut keeps a sentence to one, for people.
func cut(s string) string { return strings.TrimSpace(client.Clean(s)) }
