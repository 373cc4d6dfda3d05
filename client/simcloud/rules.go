package simcloud

import (
	"crypto/sha256"
	"fmt"
	"net/http"
)

// rule says what a policy forwards.
type rule struct {
	ID          string   `json:"id"`
	Type        string   `json:"type"`         // HOST_NAME, PATH
	CompareType string   `json:"compare_type"` // EQUAL_TO, STARTS_WITH, REGEX
	Key         nullable `json:"key"`
	Value       string   `json:"value"`
	Invert      bool     `json:"invert"`
	AdminUp     bool     `json:"admin_state_up"`
	Status      string   `json:"provisioning_status"`
	ProjectID   string   `json:"project_id"`
}

func (r *rule) key() string { return r.ID }

// rule is the one that a client has made, or what one of the generated world looks like.
func (w *world) rule(id string) *rule {
	if r := w.rules[id]; r != nil {
		return r
	}
	sum := sha256.Sum256([]byte(id))
	r := &rule{ID: id, Type: "PATH", CompareType: "STARTS_WITH", Value: fmt.Sprintf("/%x", sum[:4]), AdminUp: true, Status: "ACTIVE", ProjectID: w.project}
	if sum[0]%3 == 0 {
		r.Type, r.CompareType, r.Value = "HOST_NAME", "EQUAL_TO", fmt.Sprintf("%x.acme.example", sum[:4])
	}
	return r
}

func (q *call) listRules() answer {
	p, missing := q.policy(q.args[0])
	if p == nil {
		return missing
	}
	var rules table[*rule]
	for _, r := range p.Rules {
		rules.add(q.w.rule(r.ID))
	}
	return listV3(q, &rules, "rules", "id type compare_type value", nil, nil)
}

func (q *call) createRule() answer {
	p, missing := q.policy(q.args[0])
	if p == nil {
		return missing
	}
	in, refused := q.fields("rule", "type", "compare_type", "value")
	if in == nil {
		return refused
	}
	r := &rule{ID: q.mint.uuid(), AdminUp: true, Status: "ACTIVE", ProjectID: q.w.project}
	in.take(r, "type compare_type key value invert")
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	if q.w.rules == nil {
		q.w.rules = map[string]*rule{}
	}
	q.w.rules[r.ID] = r
	p.Rules = link(p.Rules, r.ID)
	return q.shown(http.StatusCreated, "rule", r)
}
