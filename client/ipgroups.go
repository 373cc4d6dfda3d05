package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"

	"janitor/client/decode"
)

// IPGroup is an IP address group. Entries that are none stand for nobody or everybody, depending on the listener
// (api.md 2.9).
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

// IPEntries are the entries of an IP group, in the order in which the service listed them. As with [IDs] they take as little
// memory as can be, and the zero value is not said.
type IPEntries struct{ lines string } // each with a tab before its description and a line break after it

// NewIPEntries are these entries, cleaned.
func NewIPEntries(all ...IPEntry) IPEntries {
	if len(all) == 0 {
		return IPEntries{none}
	}
	var b strings.Builder
	for _, e := range all {
		b.WriteString(Clean(e.IP))
		b.WriteByte('\t')
		b.WriteString(Clean(e.Description))
		b.WriteByte('\n')
	}
	return IPEntries{b.String()}
}

// Said says that the service has told them, even if there are none.
func (e IPEntries) Said() bool { return e.lines != "" }

// Len is how many there are, as far as they are said.
func (e IPEntries) Len() int { return strings.Count(e.lines, "\n") }

// All are the entries in order.
func (e IPEntries) All() iter.Seq[IPEntry] {
	return func(yield func(IPEntry) bool) {
		for line, rest, more := strings.Cut(e.lines, "\n"); more; line, rest, more = strings.Cut(rest, "\n") {
			ip, description, _ := strings.Cut(line, "\t")
			if !yield(IPEntry{ip, description}) {
				return
			}
		}
	}
}

// List is All as a new list.
func (e IPEntries) List() []IPEntry {
	return slices.AppendSeq(make([]IPEntry, 0, e.Len()), e.All())
}

// Equal says whether they are the same in the same order.
func (e IPEntries) Equal(others IPEntries) bool { return e == others }

// UnmarshalJSON takes what the services write, and cleans it. A list that is null has none.
func (e *IPEntries) UnmarshalJSON(data []byte) error {
	var all []IPEntry
	err := decode.Lenient(data, &all)
	*e = NewIPEntries(all...)
	return err
}

// DecodeFrom is UnmarshalJSON for entries as they are documented; see [decode.Own].
func (e *IPEntries) DecodeFrom(d *decode.Decoder) bool {
	lines, ok := d.Lines(Clean, "ip", "description")
	if *e = (IPEntries{d.Keep(lines)}); len(lines) == 0 {
		e.lines = none
	}
	return ok
}

// MarshalJSON writes them as the services do.
func (e IPEntries) MarshalJSON() ([]byte, error) { return marshal(e.List()) }

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
	if !a.Value.Entries.Said() || a.Value.ID == "" {
		return IPGroup{}, requestID, r.bad(requestID, "the answer does not show what is in the group")
	}
	return a.Value, requestID, nil
}
