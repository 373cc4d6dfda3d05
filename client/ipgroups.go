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
// deleted (S2). An empty list is refused here, for what it would do is not documented.
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
	r := d.dedicated().sub("ipgroups").id(groupID).sub("iplist/batch-delete").
		doing("deleting %d entries of IP group %s", len(ips), groupID)
	if len(ips) == 0 {
		r.err = errors.New("no entries given")
	}
	in := make([]entry, len(ips))
	for i, ip := range ips {
		if ip == "" {
			r.err = errors.New("an entry is empty")
		}
		in[i] = entry{ip}
	}
	return r.changeEntries(ctx, method, in)
}

// changeEntries sends entries of a group and gives the group that the answer is about, as it is afterwards, and the id of the
// request.
func (r request) changeEntries(ctx context.Context, method string, entries any) (IPGroup, string, error) {
	var requestID string
	a := answer[IPGroup]{key: "ipgroup"}
	in := map[string]any{"ipgroup": map[string]any{"ip_list": entries}}
	if err := r.change(ctx, method, in, &a, &requestID); err != nil {
		return IPGroup{}, requestID, err
	}
	// Without a list of what is in the group, "gone" would be a guess.
	if a.Value.Entries == nil || a.Value.ID == "" {
		return IPGroup{}, requestID, r.bad(requestID, "the answer does not show what is in the group")
	}
	return a.Value, requestID, nil
}
