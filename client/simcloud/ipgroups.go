package simcloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// maxEntries is the default quota of entries of a group (api.md 2.12).
const maxEntries = 300

// ipGroup is an IP address group. Its times are written without a zone, as S2 shows them.
type ipGroup struct {
	ID                  string  `json:"id"`
	Name                string  `json:"name"`
	Description         string  `json:"description"`
	ProjectID           string  `json:"project_id"`
	EnterpriseProjectID string  `json:"enterprise_project_id,omitempty"`
	Entries             []entry `json:"ip_list"`
	Listeners           []ref   `json:"listeners"`
	CreatedAt           string  `json:"created_at"`
	UpdatedAt           string  `json:"updated_at"`
}

func (g *ipGroup) key() string { return g.ID }

// entry is a single address, a CIDR block or a range a-b, as it was typed.
type entry struct {
	IP          string `json:"ip"`
	Description string `json:"description"`
}

// canonical is the form in which entries are compared: 0.0.0.0 is 0.0.0.0/32 and 0:0:0:0:0:0:0:1 is ::1/128
// (api.md 2.9). False when s is none of the three forms.
func canonical(s string) (string, bool) {
	if from, to, ok := strings.Cut(s, "-"); ok {
		a, errA := netip.ParseAddr(from)
		b, errB := netip.ParseAddr(to)
		return a.String() + "-" + b.String(), errA == nil && errB == nil && a.Zone()+b.Zone() == "" && a.BitLen() == b.BitLen() && a.Less(b)
	}
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen()).String(), true
	}
	prefix, err := netip.ParsePrefix(s)
	return prefix.Masked().String(), err == nil
}

// find prefers the entry that is written the same: accounts of some age hold two spellings of one address.
func (g *ipGroup) find(ip string) int {
	if i := slices.IndexFunc(g.Entries, func(e entry) bool { return e.IP == ip }); i >= 0 {
		return i
	}
	same, _ := canonical(ip)
	return slices.IndexFunc(g.Entries, func(e entry) bool { form, _ := canonical(e.IP); return form == same })
}

// put adds an entry or changes its description.
func (g *ipGroup) put(e entry) {
	if i := g.find(e.IP); i >= 0 {
		g.Entries[i].Description = e.Description
		return
	}
	g.Entries = append(g.Entries, e)
}

func (q *call) listIPGroups() answer {
	return listV3(q, &q.w.groups, "ipgroups", "id name description", special[*ipGroup]{
		"ip_list": func(g *ipGroup) []string { return each(g.Entries, func(e entry) string { return e.IP }) },
	}, nil)
}

func (q *call) group(id string) (*ipGroup, answer) { return known(q, &q.w.groups, "ipgroup", id) }

func (q *call) answerGroup(status int, g *ipGroup) answer { return q.shown(status, "ipgroup", g) }

// entries decodes ip_list; a refusal when it is absent, empty where it must not be, or holds something else.
func (q *call) entries(mayBeEmpty bool) ([]entry, answer) {
	object, _ := q.object("ipgroup")
	var body struct {
		List *[]entry `json:"ip_list"`
	}
	if json.Unmarshal(object, &body) != nil || body.List == nil || len(*body.List) == 0 && !mayBeEmpty {
		return nil, q.invalid("ipgroup.ip_list is required")
	}
	for _, e := range *body.List {
		if _, ok := canonical(e.IP); !ok {
			return nil, q.invalid("ip %q is not an address, a CIDR block or a range", e.IP)
		}
	}
	return *body.List, answer{}
}

func (q *call) createIPGroup() answer {
	list, refused := q.entries(true)
	if refused.status != 0 {
		return refused
	}
	in, _ := q.fields("ipgroup")
	now := q.options.Now().UTC().Format(timeBare)
	g := &ipGroup{ID: q.mint.uuid(), ProjectID: q.w.project, EnterpriseProjectID: "0", Entries: []entry{}, Listeners: []ref{}, CreatedAt: now, UpdatedAt: now}
	in.into("enterprise_project_id", &g.EnterpriseProjectID)
	if refused := q.setGroup(g, in, list); refused.status != 0 {
		return refused
	}
	q.w.groups.add(g)
	return q.answerGroup(http.StatusCreated, g)
}

// addEntries is iplist/create-or-update: it never removes.
func (q *call) addEntries() answer {
	g, missing := q.group(q.args[0])
	if g == nil {
		return missing
	}
	list, refused := q.entries(false)
	if refused.status != 0 {
		return refused
	}
	in, _ := q.fields("ipgroup")
	next := *g
	next.Entries = slices.Clone(g.Entries)
	if refused := q.setGroup(&next, in, list); refused.status != 0 {
		return refused
	}
	*g = next
	return q.answerGroup(http.StatusOK, g)
}

// setGroup sets name and description and puts the entries of list into g, a new or a copied group.
func (q *call) setGroup(g *ipGroup, in *fields, list []entry) answer {
	in.take(g, "name description")
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	for _, e := range list {
		g.put(e)
	}
	if len(g.Entries) > maxEntries {
		return q.elb(http.StatusConflict, "ELB.8905", "quota exceeded: an IP address group takes at most %d entries", maxEntries)
	}
	g.UpdatedAt = q.options.Now().UTC().Format(timeBare)
	return answer{}
}

func (q *call) countEntries() int {
	list, _ := q.entries(true)
	return len(list)
}

// deleteEntries is S2. It answers with the group as it is afterwards; entries that are not there need no deleting.
// A body without entries is refused: what it would do is not documented (api.md 2.9).
func (q *call) deleteEntries() answer {
	g, missing := q.group(q.args[0])
	if g == nil {
		return missing
	}
	list, refused := q.entries(false)
	if refused.status != 0 {
		return refused
	}
	for _, e := range list {
		if i := g.find(e.IP); i >= 0 {
			g.Entries = slices.Delete(g.Entries, i, i+1)
		}
	}
	g.UpdatedAt = q.options.Now().UTC().Format(timeBare)
	return q.answerGroup(http.StatusOK, g)
}

// blocked says which listener uses the group.
func (g *ipGroup) blocked() string {
	if len(g.Listeners) == 0 {
		return ""
	}
	return fmt.Sprintf("ipgroup %s is used by listener %s", g.ID, g.Listeners[0].ID)
}

func (q *call) deleteIPGroup() answer {
	return erase(q, q.group, (*ipGroup).blocked, q.w.removeGroup)
}
