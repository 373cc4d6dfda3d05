package simcloud

import (
	"net/http"
	"strings"
	"time"
)

// tokenLife is how long a token is valid (api.md 5).
const tokenLife = 24 * time.Hour

type token struct {
	project string // "" = not of a project
	account bool   // of the account as a whole
	expires time.Time
}

// identity is who asks. A signature without X-Project-Id is good for every project of the account.
type identity struct {
	project string
	any     bool
}

// authenticate sets q.who or refuses in the words of the family.
func (q *call) authenticate() answer {
	if id := q.request.Header.Get("X-Auth-Token"); id != "" {
		q.mu.RLock()
		t, known := q.tokens[id]
		q.mu.RUnlock()
		switch {
		case !known:
			return q.unauthorised("ELB.1104", "Incorrect token or token resolution failed")
		case !t.expires.After(q.options.Now()):
			return q.front(http.StatusUnauthorized, "APIGW.0307", "The token must be updated")
		}
		q.who = identity{project: t.project}
		return answer{}
	}
	if q.request.Header.Get("Authorization") == "" {
		return q.unauthorised("SYS.0401", "Authentication failed: neither a token nor a signature")
	}
	if err := checkSignature(q.request, q.body, q.account.AccessKey, q.account.SecretKey, q.clock()); err != nil {
		return q.front(http.StatusUnauthorized, "APIGW.0301", "Incorrect IAM authentication information: "+err.Error())
	}
	q.who = identity{project: q.request.Header.Get("X-Project-Id")}
	q.who.any = q.who.project == ""
	return answer{}
}

// unauthorised is the 401 of the family; elbCode is the code where that is ELB.
func (q *call) unauthorised(elbCode, text string) answer {
	switch q.family {
	case roma, apig:
		return channelError(http.StatusUnauthorized, "APIG.1002", "Incorrect token or token resolution failed") // S4
	case iam:
		return iamError(http.StatusUnauthorized, "The request you have made requires authentication.")
	}
	return q.elb(http.StatusUnauthorized, elbCode, "%s", text)
}

// enterProject finds the world that the request is about and refuses a project that the caller may not enter. The
// v2.0 family has no project in its paths: there the scope of the token or X-Project-Id decides (S1, api.md 12).
func (q *call) enterProject() answer {
	project := q.who.project
	switch {
	case q.family == iam:
		return answer{}
	case strings.HasPrefix(q.path, "/v2.0/"): // it has none
	default:
		if !q.who.any && q.args[0] != project {
			return q.forbidden()
		}
		project, q.args = q.args[0], q.args[1:]
	}
	if q.w = q.worlds[project]; q.w == nil {
		return q.forbidden()
	}
	return answer{}
}

// forbidden is the 403 of the family for a project that is not the caller's.
func (q *call) forbidden() answer {
	if q.family == roma || q.family == apig {
		return channelError(http.StatusForbidden, "APIG.1005", "No permissions to request this method") // S4
	}
	return q.elb(http.StatusForbidden, "ELB.9802", "Policy doesn't allow %s to be performed.", q.permission())
}

// permission is what a request of the ELB families takes (api.md 2.12). Whoever changes the entries of an IP group changes
// the group (api.md 2.9).
func (q *call) permission() string {
	_, rest, _ := strings.Cut(q.path, "/elb/")
	if plain, shared := strings.CutPrefix(q.path, "/v2.0/lbaas/"); shared {
		rest = plain
	}
	action := map[string]string{http.MethodGet: "get", http.MethodPost: "create", http.MethodPut: "put", http.MethodDelete: "delete"}[q.request.Method]
	rest, batch := strings.CutSuffix(rest, "/batch-delete")
	words := strings.Split(rest, "/") // sorts and ids by turns
	kind := words[(len(words)-1)&^1]
	switch {
	case kind == "iplist":
		kind, action = "ipgroups", "put"
	case batch:
		action = "delete"
	case action == "get" && len(words)%2 == 1:
		action = "list"
	}
	return "elb:" + kind + ":" + action
}

// RevokeTokens makes every token so far invalid, as a change of password does: 401 APIGW.0307 from then on.
func (c *Cloud) RevokeTokens() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, t := range c.tokens {
		t.expires = time.Time{}
		c.tokens[id] = t
	}
}
