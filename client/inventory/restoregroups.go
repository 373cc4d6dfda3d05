package inventory

import (
	"context"
	"encoding/json"
	"slices"

	"janitor/client"
	"janitor/client/addresses"
	"janitor/client/english"
)

// whole is an object that comes back by one request: an IP group or a certificate. Those of one name could be taken for
// one another.
type whole struct {
	Spec  client.Spec `json:"spec"`
	Shown bool        `json:"shown,omitempty"` // kept as it was shown
}

func (w *whole) Alike() string { return w.Spec.Text("name") + " " + w.Spec.Text("type") }

// keepWhole keeps those of a list that are doomed.
func keepWhole(doomed []Doomed, back func(client.Spec) Back) (kept map[Ref]Back, each func(client.Spec)) {
	kept, refs := map[Ref]Back{}, map[string]Ref{}
	for _, d := range doomed {
		refs[d.Resource.Ref.ID] = d.Resource.Ref
	}
	return kept, func(s client.Spec) {
		if ref, ok := refs[s.ID]; ok {
			kept[ref] = back(s)
		}
	}
}

// lookForWhole finds objects of a list by their ids and by what they look like: alike is what could be taken for one,
// equal what must be the same too in one that was made again. What was made again and the list does not show is asked for,
// by show: lists lag behind (api.md 4.7), and it must not be made twice.
func lookForWhole(all []*Comeback, list []client.Spec, spec func(Back) client.Spec, show func(one *Comeback, id string) (client.Spec, error), alike, equal []string) {
	known := make(map[string]bool, len(list))
	byName := map[string][]client.Spec{}
	add := func(s client.Spec) {
		known[s.ID] = true
		byName[s.Text("name")] = append(byName[s.Text("name")], s)
	}
	for _, s := range list {
		add(s)
	}
	failed := map[*Comeback]error{}
	for _, one := range all {
		made := one.Made[Itself]
		if made == "" || one.itself(known) != "" {
			continue
		}
		switch s, err := show(one, made); {
		case err == nil:
			add(s)
		case !gonePlainly(err):
			failed[one] = err
		}
	}
	for _, one := range all {
		one.begin(known)
		if one.Err = failed[one]; one.Err != nil {
			continue
		}
		if id := one.itself(known); id != "" {
			one.found(Itself, id)
			continue
		}
		wanted := spec(one.Back)
		for _, s := range byName[wanted.Text("name")] {
			if s.Like(wanted, alike...) {
				one.twin(Itself, s.ID, s.Like(wanted, equal...))
			}
		}
	}
}

// itself is the id that it has: its own, or the one it was given when it was made again.
func (c *Comeback) itself(known map[string]bool) string {
	switch made := c.Made[Itself]; {
	case known[c.Ref.ID]:
		return c.Ref.ID
	case known[made]:
		return made
	}
	return ""
}

// groupBack is an IP group as it was, with its entries.
type groupBack struct{ whole }

var restoreGroups = &Restoration{
	Keep: func(ctx context.Context, c *client.Client, doomed []Doomed) (map[Ref]Back, string, error) {
		kept, each := keepWhole(doomed, func(s client.Spec) Back { return &groupBack{whole{Spec: s}} })
		return kept, "", groupSpecs(ctx, c, func(id string) bool {
			return slices.ContainsFunc(doomed, func(d Doomed) bool { return d.Resource.Ref.ID == id })
		}, each)
	},
	Recall: func(_ Ref, kept json.RawMessage, shown bool) (Back, error) {
		if !shown {
			return recall[groupBack](kept)
		}
		b := &groupBack{whole{Shown: true}}
		return b, b.Spec.UnmarshalJSON(kept)
	},
	Look: func(ctx context.Context, c *client.Client, all []*Comeback) error {
		var list []client.Spec
		if err := pages(c.IPGroupSpecs(ctx), func(s client.Spec) { list = append(list, s) }); err != nil {
			return err
		}
		show := func(_ *Comeback, id string) (client.Spec, error) { return c.IPGroupSpec(ctx, id) }
		lookForWhole(all, list, func(b Back) client.Spec { return b.(*groupBack).Spec }, show, []string{"name"}, []string{"description"})
		return nil
	},
}

// groupSpecs goes through the IP groups. Those whose entries matter are asked for where the list leaves these out.
func groupSpecs(ctx context.Context, c *client.Client, matter func(id string) bool, each func(client.Spec)) error {
	var mute []string
	if err := pages(c.IPGroupSpecs(ctx), func(s client.Spec) {
		if !s.Tells("ip_list") && matter(s.ID) {
			mute = append(mute, s.ID)
			return
		}
		each(s)
	}); err != nil {
		return err
	}
	for _, id := range mute {
		switch s, err := c.IPGroupSpec(ctx, id); {
		case gonePlainly(err):
		case err != nil:
			return needs("elb:ipgroups:get", err)
		default:
			each(s)
		}
	}
	return nil
}

func (b *groupBack) Grade() (Undo, string) {
	lost := []string{letters(b.Spec, b.Shown, "name", "description")}
	entries, err := b.Spec.Entries()
	if err != nil {
		lost = append(lost, "its entries cannot be read")
	}
	spelt := map[addresses.Key]bool{}
	for _, e := range entries {
		lost = append(lost, letters(e, b.Shown, "ip", "description"))
		if same := addresses.KeyOf(e.Text("ip")); spelt[same] {
			lost = append(lost, "it had "+e.Text("ip")+" twice: the service takes an address once")
		} else {
			spelt[same] = true
		}
	}
	return lossy(NewID, newID, lost...)
}

func (b *groupBack) With() string {
	entries, _ := b.Spec.Entries()
	if len(entries) == 0 {
		return ""
	}
	return english.Count(len(entries), "entry", "entries")
}

func (b *groupBack) Next(c *Comeback) (Making, bool) {
	if c.ID() != "" {
		return Making{}, false
	}
	return Making{
		Part: Itself, Call: "POST ipgroups", Most: 1,
		Send: func(ctx context.Context, d *client.Deleter, _ []*Comeback) ([]string, error) {
			id, err := d.CreateIPGroup(ctx, b.Spec)
			return []string{id}, err
		},
	}, true
}

// certificateBack is a certificate as it was, without its private key, which is never kept.
type certificateBack struct {
	whole
	Shared bool `json:"shared,omitempty"` // only the older API has it: it is not made again
}

var restoreCertificates = &Restoration{
	Keep: func(ctx context.Context, c *client.Client, doomed []Doomed) (map[Ref]Back, string, error) {
		kept, each := keepWhole(doomed, func(s client.Spec) Back { return &certificateBack{whole: whole{Spec: s}} })
		ofV3 := false
		for _, d := range doomed {
			if cert, known := d.Resource.Object.(*client.Certificate); known && cert.Shared {
				kept[d.Resource.Ref] = &certificateBack{whole: whole{Spec: client.Spec{ID: cert.ID}}, Shared: true}
			} else {
				ofV3 = true
			}
		}
		return kept, "", certificateSpecs(ctx, c, ofV3, each)
	},
	Recall: func(_ Ref, kept json.RawMessage, shown bool) (Back, error) {
		if !shown {
			return recall[certificateBack](kept)
		}
		b := &certificateBack{whole: whole{Shown: true}}
		return b, b.Spec.UnmarshalJSON(kept)
	},
	Look: func(ctx context.Context, c *client.Client, all []*Comeback) error {
		var list []client.Spec
		ofV3 := slices.ContainsFunc(all, func(one *Comeback) bool { return !one.Back.(*certificateBack).Shared })
		if err := certificateSpecs(ctx, c, ofV3, func(s client.Spec) { list = append(list, s) }); err != nil {
			return err
		}
		show := func(_ *Comeback, id string) (client.Spec, error) { return c.CertificateSpec(ctx, id) }
		lookForWhole(all, list, func(b Back) client.Spec { return b.(*certificateBack).Spec }, show, []string{"name", "type"}, []string{"description", "source", "scm_certificate_id"})
		return nil
	},
}

// certificateSpecs reads the certificates of ELB v3; where none of it matters the cloud may lack it.
func certificateSpecs(ctx context.Context, c *client.Client, matter bool, each func(client.Spec)) error {
	err := pages(c.CertificateSpecs(ctx), each)
	if !matter && err != nil && absent(err) {
		return nil
	}
	return err
}

func (b *certificateBack) Grade() (Undo, string) {
	text := letters(b.Spec, b.Shown, "name", "description")
	switch {
	case b.Shared:
		return Impossible, notMadeAgain
	case b.Spec.Text("source") == "scm" && b.Spec.Has("scm_certificate_id"):
		return lossy(NewID, newID+" from the certificate service", text)
	case b.Spec.Text("type") != "client":
		return Impossible, "its private key is not kept"
	case !b.Spec.Has("certificate"):
		return Impossible, "its text was not kept"
	}
	return lossy(NewID, newID, text)
}
func (b *certificateBack) With() string { return "" }

func (b *certificateBack) Next(c *Comeback) (Making, bool) {
	if c.ID() != "" {
		return Making{}, false
	}
	return Making{
		Part: Itself, Call: "POST certificates", Most: 1,
		Send: func(ctx context.Context, d *client.Deleter, _ []*Comeback) ([]string, error) {
			id, err := d.CreateCertificate(ctx, b.Spec)
			return []string{id}, err
		},
	}, true
}
