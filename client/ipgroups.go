package client

import (
	"context"
	"errors"
	"iter"
	"net/http"

	"janitor/client/decode"
)

// IPGroup is an IP address group. An empty Entries stands for nobody or everybody, depending on the listener (api.md 2.9);
// nil = not said.
type IPGroup struct {
	ID                  string    `json:"id"`
	Name                string    `json:"name"`
	Description         string    `json:"description"`
	ProjectID           string    `json:"project_id"`
	EnterpriseProjectID string    `json:"enterprise_project_id,omitempty"`
	Entries             IPEntries `json:"ip_list,omitzero"`
	Listeners           IDs       `json:"listeners,omitzero"`
	CreatedAt           Time      `json:"created_at"`
	UpdatedAt           Time      `json:"updated_at"`
}

// IPEntry is one entry of an IP group: a single address, a CIDR block or a range a-b, as the service writes it.
type IPEntry struct {
	IP          string `json:"ip"`
	Description string `json:"description"`
}

// IPEntries are the entries of an IP group, nil when they are not said: a list that is null has none.
type IPEntries []IPEntry

// UnmarshalJSON makes null an empty list.
func (e *IPEntries) UnmarshalJSON(data []byte) error {
	var all []IPEntry
	err := decode.Lenient(data, &all)
	if *e = all; all == nil {
		*e = IPEntries{}
	}
	return err
}

// DecodeFrom is UnmarshalJSON for entries as they are documented; see [decode.Own].
func (e *IPEntries) DecodeFrom(d *decode.Decoder) bool {
	var all []IPEntry
	ok := d.Value(&all)
	if *e = all; all == nil {
		*e = IPEntries{}
	}
	return ok
}

// IPGroups lists the IP groups with their entries.
func (c *Client) IPGroups(ctx context.Context) iter.Seq2[[]IPGroup, error] {
	return markers[IPGroup](ctx, c, c.dedicated().sub("ipgroups").doing("listing IP groups"), "ipgroups")
}

// IPGroup shows one with its entries.
func (c *Client) IPGroup(ctx context.Context, id string) (*IPGroup, error) {
	return show[IPGroup](ctx, c.dedicated().sub("ipgroups").id(id).doing("reading IP group %s", id), "ipgroup", id)
}

// DeleteIPGroup deletes one IP group.
func (d *Deleter) DeleteIPGroup(ctx context.Context, id string) error {
	return d.dedicated().sub("ipgroups").id(id).doing("deleting IP group %s", id).delete(ctx)
}

// DeleteEntries deletes entries of a group, each as the service spells it, and gives the group that the answer is about, as it
// is afterwards, and the id of the request. The service has no result per entry: what is still in the group was not
// deleted (S2).
// An empty list is refused here, for what it would do is not documented.
func (d *Deleter) DeleteEntries(ctx context.Context, groupID string, ips []string) (IPGroup, string, error) {
	return d.deleteEntries(ctx, http.MethodPost, groupID, ips)
}

// DeleteEntriesByPut is DeleteEntries as the example of S2 has it.
func (d *Deleter) DeleteEntriesByPut(ctx context.Context, groupID string, ips []string) (IPGroup, string, error) {
	return d.deleteEntries(ctx, http.MethodPut, groupID, ips)
}

func (d *Deleter) deleteEntries(ctx context.Context, method, groupID string, ips []string) (IPGroup, string, error) {
	type entry struct {
		IP string `json:"ip"`
	}
	type list struct {
		Entries []entry `json:"ip_list"`
	}
	r := d.dedicated().sub("ipgroups").id(groupID).sub("iplist/batch-delete").
		doing("deleting %d entries of IP group %s", len(ips), groupID)
	if len(ips) == 0 {
		r.err = errors.New("no entries given")
	}
	var in list
	for _, ip := range ips {
		if ip == "" {
			r.err = errors.New("an entry is empty")
		}
		in.Entries = append(in.Entries, entry{ip})
	}
	var requestID string
	a := answer[remaining]{key: "ipgroup"}
	if err := r.change(ctx, method, map[string]list{"ipgroup": in}, &a, &requestID); err != nil {
		return IPGroup{}, requestID, err
	}
	// Without a list of what is left, "gone" would be a guess.
	if a.Value.Entries == nil || a.Value.ID == "" {
		return IPGroup{}, requestID, r.bad(requestID, "the answer does not show what is left in the group")
	}
	group := a.Value.IPGroup
	group.Entries = *a.Value.Entries
	return group, requestID, nil
}

// remaining is an IP group whose list of entries may be missing, which is not the same as empty.
type remaining struct {
	IPGroup
	Entries *[]IPEntry `json:"ip_list"`
}
