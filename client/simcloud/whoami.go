package simcloud

import "net/http"

// showToken tells whose a token is, as Keystone does: the caller's token asks about X-Subject-Token.
func (q *call) showToken() answer {
	id := q.request.Header.Get("X-Subject-Token")
	t, known := q.tokens[id]
	if !known || !t.expires.After(q.options.Now()) {
		return iamError(http.StatusNotFound, "The token does not exist.")
	}
	return answer{status: http.StatusOK, header: map[string]string{"X-Subject-Token": id}, body: map[string]any{"token": q.told(t)}}
}

// listDomains is the caller's account.
func (q *call) listDomains() answer {
	d := q.home.domain(q.account)
	return answer{status: http.StatusOK, body: map[string]any{
		"domains": []map[string]any{{"id": d.ID, "name": d.Name, "enabled": true}},
		"links":   map[string]any{"next": nil, "previous": nil},
	}}
}

// quotaDetails are the default quotas of an account and what is used of them (api.md 2.12).
func (q *call) quotaDetails() answer {
	type quota struct {
		Key   string `json:"quota_key"`
		Limit int    `json:"quota_limit"`
		Used  int    `json:"used"`
		Unit  string `json:"unit"`
	}
	w := q.w
	quotas := []quota{
		{"loadbalancer", 50, len(w.balancers.all), "count"}, {"listener", 100, len(w.listeners.all), "count"}, {"l7policy", 500, len(w.policies.all), "count"},
		{"pool", 500, len(w.pools.all), "count"}, {"certificate", 120, len(w.certificates.all), "count"}, {"ipgroup", 50, len(w.groups.all), "count"},
		{"member", 500, len(w.members.all), "count"}, {"healthmonitor", -1, len(w.monitors.all), "count"},
	}
	return answer{status: http.StatusOK, body: map[string]any{"request_id": q.requestID, "quotas": quotas}}
}
