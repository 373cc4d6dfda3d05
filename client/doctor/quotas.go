package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"janitor/client/wire"
)

// nearlyFull is from which share of a quota on it is worth a warning, in percent.
const nearlyFull = 90

// limited are the kinds of objects that a quota is told of: as the service calls them, as people do, and the command that
// shows which are unused, "" for none.
var limited = [...]struct{ key, what, command string }{
	{"loadbalancer", "load balancers", ""}, {"listener", "listeners", ""}, {"l7policy", "policies", ""}, {"pool", "pools", "pools"},
	{"member", "members", ""}, {"certificate", "certificates", "certificates"}, {"ipgroup", "IP groups", "ipgroups"},
}

// quotas are how many of everything there may be and, where the cloud says so, how many there are (api.md 2.12).
func (e examination) quotas(ctx context.Context) []Finding {
	elb, err := e.api(e.reach.Endpoints.ELB, e.session.Signed)
	if err != nil {
		return []Finding{failed("quota", "all", err, "")}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	ask := func(path string, out any) error {
		return elb.Do(ctx, wire.Call{Doing: "asking for the quotas", Method: http.MethodGet, Path: "/v3/" + e.session.Project + "/elb" + path, Out: out})
	}
	found, err := used(ask)
	if errors.Is(err, wire.RouteAbsent) || errors.Is(err, wire.NotFound) {
		found, err = allowed(ask)
	}
	switch {
	case errors.Is(err, wire.RouteAbsent):
		return []Finding{{Area: "quota", What: "all", State: Unknown, Says: "this cloud does not say"}}
	case err != nil:
		f := failed("quota", "all", err, "")
		if f.State == Bad && !f.refused {
			f.State = Warning // janitor works without knowing
		}
		return []Finding{f}
	case len(found) == 0:
		return []Finding{{Area: "quota", What: "all", State: Unknown, Says: "the answer names none that janitor knows"}}
	}
	return found
}

// used are the quotas with what is used of them.
func used(ask func(path string, out any) error) (found []Finding, err error) {
	var answer struct {
		Quotas []struct {
			Key   string          `json:"quota_key"`
			Limit json.RawMessage `json:"quota_limit"`
			Used  json.RawMessage `json:"used"`
		} `json:"quotas"`
	}
	if err := ask("/quotas/details", &answer); err != nil {
		return nil, err
	}
	for _, kind := range limited {
		for _, q := range answer.Quotas {
			used, known := number(q.Used)
			if limit, ok := number(q.Limit); ok && known && q.Key == kind.key {
				found = append(found, quota(kind.what, kind.command, used, limit))
			}
		}
	}
	return found, nil
}

// allowed are the quotas alone.
func allowed(ask func(path string, out any) error) (found []Finding, err error) {
	var answer struct {
		Quota map[string]json.RawMessage `json:"quota"`
	}
	if err := ask("/quotas", &answer); err != nil {
		return nil, err
	}
	for _, kind := range limited {
		if limit, ok := number(answer.Quota[kind.key]); ok {
			found = append(found, Finding{Area: "quota", What: kind.what, State: OK, Says: atMost(limit)})
		}
	}
	return found, nil
}

// number is a value that is one; null and whatever else a service writes is none.
func number(value json.RawMessage) (n int, ok bool) {
	ok = string(value) != "null" && json.Unmarshal(value, &n) == nil
	return n, ok
}

func atMost(limit int) string {
	if limit < 0 {
		return "no limit"
	}
	return fmt.Sprintf("at most %d", limit)
}

func quota(what, command string, used, limit int) Finding {
	f := Finding{Area: "quota", What: what, State: OK, Says: fmt.Sprintf("%d used, %s", used, atMost(limit))}
	if limit >= 0 && used*100 >= limit*nearlyFull {
		f.State = Warning
		if command != "" {
			f.Do = "janitor " + command + " shows which are unused"
		}
	}
	return f
}
