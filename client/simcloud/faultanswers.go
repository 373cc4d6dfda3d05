package simcloud

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// refusal is an error in the words of the family, or of the gateway in front where the code is one of its.
func (q *call) refusal(status int, code, text string) answer {
	switch {
	case strings.HasPrefix(code, "APIGW."):
		return q.front(status, code, text)
	case q.family == iam:
		return iamError(status, text)
	case q.family == sharedELB && (q.options.Octavia || !strings.HasPrefix(code, "ELB.")):
		return q.neutron(status, code, "%s", text)
	case q.family == roma || q.family == apig:
		return channelError(status, code, text)
	}
	return q.elb(status, code, "%s", text)
}

// throttled is 429 in all its forms, and 500 APIG.9008 (api.md 4.5, 7).
func (q *call) throttled(t Throttle) answer {
	stated := ""
	if t.Limit > 0 {
		per := t.Per
		if per == 0 {
			per = time.Minute
		}
		stated = fmt.Sprintf(": policy %s over ratelimit,limit:%d,time:%s", cmp.Or(t.Policy, "user"), t.Limit, inUnits(per))
	}
	a := q.front(http.StatusTooManyRequests, "APIGW.0308", "The throttling threshold has been reached"+stated)
	if t.As500 {
		a = channelError(http.StatusInternalServerError, "APIG.9008", "Too many requests"+stated)
	}
	rounded := (t.RetryAfter + time.Second - 1).Truncate(time.Second) // up
	switch {
	case rounded > 0 && t.AsDate:
		a.set("Retry-After", q.clock().UTC().Add(rounded).Format(http.TimeFormat))
	case rounded > 0:
		a.set("Retry-After", fmt.Sprint(int64(rounded/time.Second)))
	}
	return a
}

// refused is a 403 that names the permission.
func (q *call) refused(permission string) answer {
	if q.family == roma || q.family == apig {
		return channelError(http.StatusForbidden, "APIG.1005", "No permissions to request this method: "+permission)
	}
	return q.refusal(http.StatusForbidden, "ELB.9802", fmt.Sprintf("Policy doesn't allow %s to be performed.", permission))
}

// immutable is what a load balancer says while it is being changed (api.md 2.10, 6.2).
func (q *call) immutable(id string) answer {
	return q.refusal(http.StatusConflict, "ELB.8907", fmt.Sprintf("Load Balancer %s is immutable and cannot be updated: its provisioning_status is PENDING_UPDATE", id))
}

// list is an answer taken apart: a list of objects and what stands beside it.
type list struct {
	around map[string]json.RawMessage
	plural string
	items  []json.RawMessage
}

// listOf finds the one list in an answer that is not about paging; nil when there is none.
func listOf(a answer) *list {
	l := &list{}
	if json.Unmarshal(a.encoded, &l.around) != nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(l.around)) {
		if raw := l.around[key]; len(raw) > 0 && raw[0] == '[' && !strings.HasSuffix(key, "_links") && json.Unmarshal(raw, &l.items) == nil {
			l.plural = key
			return l
		}
	}
	return nil
}

func (l *list) put(key string, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("simcloud: an answer that is not JSON: %v", err)) // unreachable: it was JSON before
	}
	l.around[key] = data
}

// into puts the answer together again.
func (l *list) into(a *answer) {
	if l.items == nil {
		l.items = []json.RawMessage{}
	}
	l.put(l.plural, l.items)
	a.encoded, a.body = nil, l.around
	a.encode()
}

// idOf an element, "" when it has none.
func idOf(item json.RawMessage) string {
	var r ref
	_ = json.Unmarshal(item, &r) // then it has none
	return r.ID
}

// bend changes the results of a batch.
func (b *Batch) bend(a *answer) {
	l := listOf(*a)
	if l == nil {
		return
	}
	mine := func(item json.RawMessage) bool { return len(b.IDs) == 0 || slices.Contains(b.IDs, idOf(item)) }
	left := func(n int) func(json.RawMessage) bool { // the first n of mine
		return func(item json.RawMessage) bool {
			if n == 0 || !mine(item) {
				return false
			}
			n--
			return true
		}
	}
	for i, item := range l.items {
		if !mine(item) {
			continue
		}
		said := result(item)
		if b.RetStatus == "null" {
			said["ret_status"] = nil
		} else if b.RetStatus != "" {
			said["ret_status"] = b.RetStatus
		}
		if b.RetCode != "" {
			said["ret_code"] = b.RetCode
		}
		l.items[i] = encoded(said)
	}
	l.items = slices.DeleteFunc(l.items, left(b.Omit))
	var more []json.RawMessage
	twice, otherwise := left(b.Duplicate), left(b.Contradict)
	for _, item := range l.items {
		if twice(item) {
			more = append(more, item)
		}
		if otherwise(item) {
			said := result(item)
			if said["ret_status"] == "successful" {
				said["ret_status"], said["ret_code"] = "not found", "ELB.9903"
			} else {
				said["ret_status"] = "successful"
				delete(said, "ret_code")
			}
			more = append(more, encoded(said))
		}
	}
	for _, other := range b.Extra {
		more = append(more, encoded(map[string]any{"id": other, "ret_status": "successful"}))
	}
	l.items = append(l.items, more...)
	l.into(a)
}

func result(item json.RawMessage) map[string]any {
	said := map[string]any{}
	_ = json.Unmarshal(item, &said) // an empty one otherwise
	return said
}

func encoded(said map[string]any) json.RawMessage {
	data, _ := json.Marshal(said) // it came out of JSON
	return data
}

// omitEntries takes the first n entries out of an answer that shows an IP group.
func omitEntries(n int, a *answer) {
	var shown struct {
		Group json.RawMessage `json:"ipgroup"`
	}
	if json.Unmarshal(a.encoded, &shown) != nil || shown.Group == nil {
		return
	}
	var around map[string]json.RawMessage
	group := list{plural: "ip_list"}
	if json.Unmarshal(a.encoded, &around) != nil || json.Unmarshal(shown.Group, &group.around) != nil || json.Unmarshal(group.around["ip_list"], &group.items) != nil {
		return
	}
	group.items = group.items[min(n, len(group.items)):]
	var bent answer
	group.into(&bent)
	around["ipgroup"] = bent.encoded
	a.encoded, a.body = nil, around
	a.encode()
}
