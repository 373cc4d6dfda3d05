package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"janitor/client"
	"janitor/client/addresses"
)

// mostEntries is how many entries one request takes away or gives back: a modest chunk, for no limit is stated (api.md 2.11).
const mostEntries = 50

// entryBack is an entry as it was. An entry of the same address is the entry, however it is spelt (api.md 2.9).
type entryBack struct {
	Entry client.Spec `json:"entry"`
	Shown bool        `json:"shown,omitempty"` // kept as it was shown
	Twin  string      `json:"twin,omitempty"`  // another spelling of its address that the group has, "" for none

	parent string
}

var restoreEntries = &Restoration{
	Keep: func(ctx context.Context, c *client.Client, doomed []Doomed) (map[Ref]Back, string, error) {
		wanted := map[string]map[string]Ref{} // by group and spelling
		for _, d := range doomed {
			ref := d.Resource.Ref
			if wanted[ref.Parent] == nil {
				wanted[ref.Parent] = map[string]Ref{}
			}
			wanted[ref.Parent][ref.ID] = ref
		}
		kept := map[Ref]Back{}
		var bad error
		err := groupSpecs(ctx, c, func(id string) bool { return wanted[id] != nil }, func(g client.Spec) {
			of := wanted[g.ID]
			if of == nil {
				return
			}
			entries, err := g.Entries()
			bad = cmp.Or(bad, err)
			spelt := map[addresses.Key][]string{}
			for _, e := range entries {
				ip := e.Text("ip")
				spelt[addresses.KeyOf(ip)] = append(spelt[addresses.KeyOf(ip)], ip)
			}
			for _, e := range entries {
				ref, ok := of[e.Text("ip")]
				if !ok {
					continue
				}
				b := &entryBack{Entry: e, parent: g.ID}
				for _, ip := range spelt[addresses.KeyOf(ref.ID)] {
					if ip != ref.ID {
						b.Twin = ip
					}
				}
				kept[ref] = b
			}
		})
		return kept, "", cmp.Or(err, bad)
	},
	Recall: func(ref Ref, kept json.RawMessage, shown bool) (Back, error) {
		b := &entryBack{Shown: shown, parent: ref.Parent}
		if shown {
			return b, b.Entry.UnmarshalJSON(kept)
		}
		err := json.Unmarshal(kept, b)
		return b, err
	},
	Look: lookForEntries,
}

func (b *entryBack) Grade() (Undo, string) {
	twin := ""
	if b.Twin != "" {
		twin = "its group had it as " + b.Twin + " too: the service takes an address once"
	}
	return lossy(Exact, "", twin, letters(b.Entry, b.Shown, "ip", "description"))
}
func (b *entryBack) With() string  { return "" }
func (b *entryBack) Alike() string { return "" }

func (b *entryBack) Next(c *Comeback) (Making, bool) {
	if c.ID() != "" {
		return Making{}, false
	}
	group := cmp.Or(c.New(Ref{Scope: c.Ref.Scope, Kind: IPGroups, ID: b.parent}), b.parent)
	return Making{
		Part: Itself, Call: "POST ipgroups/{id}/iplist/create-or-update", Most: mostEntries,
		Send: func(ctx context.Context, d *client.Deleter, together []*Comeback) ([]string, error) {
			specs := make([]client.Spec, len(together))
			for i, one := range together {
				specs[i] = one.Back.(*entryBack).Entry
			}
			after, err := d.PutEntries(ctx, group, specs)
			if err != nil {
				return nil, err
			}
			there := map[addresses.Key]string{}
			for e := range after.Entries.All() {
				there[addresses.KeyOf(e.IP)] = e.IP
			}
			ids := make([]string, len(together))
			for i, one := range together {
				ids[i] = there[addresses.KeyOf(one.Ref.ID)]
			}
			return ids, nil
		},
	}, true
}

func lookForEntries(ctx context.Context, c *client.Client, all []*Comeback) error {
	groups := map[string]map[addresses.Key]client.Spec{}
	var bad error
	matter := map[string]bool{}
	for _, one := range all {
		id := one.Back.(*entryBack).parent
		matter[id], matter[one.New(Ref{Scope: one.Ref.Scope, Kind: IPGroups, ID: id})] = true, true
	}
	err := groupSpecs(ctx, c, func(id string) bool { return matter[id] }, func(g client.Spec) {
		entries, err := g.Entries()
		bad = cmp.Or(bad, err)
		in := map[addresses.Key]client.Spec{}
		for _, e := range entries {
			in[addresses.KeyOf(e.Text("ip"))] = e
		}
		groups[g.ID] = in
	})
	if err := cmp.Or(err, bad); err != nil {
		return err
	}
	for _, one := range all {
		b := one.Back.(*entryBack)
		one.begin(nil)
		id := b.parent
		if now := one.New(Ref{Scope: one.Ref.Scope, Kind: IPGroups, ID: id}); now != "" {
			id = now
		}
		in, there := groups[id]
		if !there {
			one.Err = fmt.Errorf("IP group %s is no longer there: %w", id, errNoParent)
			continue
		}
		e, there := in[addresses.KeyOf(one.Ref.ID)]
		if !there {
			continue
		}
		one.found(Itself, e.Text("ip"))
		if !e.Like(b.Entry, "description") {
			one.Aside = append(one.Aside, fmt.Sprintf("its note is %q now, which stays", e.Text("description")))
		}
	}
	return nil
}

// errNoParent: what it was in is gone, so it cannot come back.
var errNoParent = errors.New("bring that back first")
