package inventory

import (
	"context"
	"encoding/json"
	"fmt"

	"janitor/client"
)

// memberBack is a member of a channel as it was. A member of the same address and server group is the member: giving it
// back would change that one (api.md 4.6).
type memberBack struct {
	Member client.Spec `json:"member"`
	Shown  bool        `json:"shown,omitempty"` // kept as it was shown
}

var restoreMembers = &Restoration{
	Keep: func(ctx context.Context, c *client.Client, doomed []Doomed) (map[Ref]Back, string, error) {
		kept := map[Ref]Back{}
		err := membersIn(ctx, c, doomed, func(d Doomed) Ref { return d.Resource.Ref }, func(d Doomed, members []client.Spec) {
			for _, m := range members {
				if m.ID == d.Resource.Ref.ID {
					kept[d.Resource.Ref] = &memberBack{Member: m}
				}
			}
		}, nil)
		return kept, "", err
	},
	Recall: func(_ Ref, kept json.RawMessage, shown bool) (Back, error) {
		if !shown {
			return recall[memberBack](kept)
		}
		b := &memberBack{Shown: true}
		return b, b.Member.UnmarshalJSON(kept)
	},
	Look: func(ctx context.Context, c *client.Client, all []*Comeback) error {
		return membersIn(ctx, c, all, func(one *Comeback) Ref { return one.Ref }, (*Comeback).member, func(one *Comeback, err error) {
			one.begin(nil)
			if gonePlainly(err) {
				err = fmt.Errorf("channel %s is no longer there", one.Ref.Parent)
			}
			one.Err = err
		})
	},
}

// membersIn lists the members of the channels that all live in, a channel after the other, and gives each its own.
// failed gets those whose channel could not be read; nil: that ends it.
func membersIn[T any](ctx context.Context, c *client.Client, all []T, ref func(T) Ref, give func(T, []client.Spec), failed func(T, error)) error {
	type place struct {
		scope  ScopeID
		parent string
	}
	read := map[place][]client.Spec{}
	errs := map[place]error{}
	for _, one := range all {
		at := place{ref(one).Scope, ref(one).Parent}
		if _, known := read[at]; !known {
			g, ok := gatewayOf(at.scope)
			if !ok {
				return fmt.Errorf("member %s is in no gateway instance", ref(one).ID)
			}
			list := []client.Spec{}
			errs[at] = pages(c.ChannelMemberSpecs(ctx, g, at.parent), func(m client.Spec) { list = append(list, m) })
			read[at] = list
		}
		switch err := errs[at]; {
		case err == nil:
			give(one, read[at])
		case failed != nil:
			failed(one, err)
		case !gonePlainly(err): // a channel that is gone has no members
			return err
		}
	}
	return nil
}

var memberIdentity = []string{"host", "ecs_id", "port", "member_group_name"}

func (c *Comeback) member(there []client.Spec) {
	c.begin(nil)
	b := c.Back.(*memberBack)
	for _, m := range there {
		if m.ID == c.Ref.ID || m.ID == c.Made[Itself] || m.Like(b.Member, memberIdentity...) {
			c.found(Itself, m.ID)
			if !m.Like(b.Member, "weight", "is_backup", "status") {
				c.Aside = []string{"it is there with other settings, which stay"}
			}
			return
		}
	}
}

func (b *memberBack) Grade() (Undo, string) {
	return lossy(NewID, newID, letters(b.Member, b.Shown, "host", "member_group_name", "ecs_name"))
}
func (b *memberBack) With() string  { return "" }
func (b *memberBack) Alike() string { return "" }

// Next: one at a time per instance, as with deletions (api.md 4.5).
func (b *memberBack) Next(c *Comeback) (Making, bool) {
	if c.ID() != "" {
		return Making{}, false
	}
	g, _ := gatewayOf(c.Ref.Scope)
	return Making{
		Part: Itself, Call: "POST vpc-channels/{id}/members", Most: 1, Serial: true,
		Send: func(ctx context.Context, d *client.Deleter, _ []*Comeback) ([]string, error) {
			id, err := d.AddChannelMember(ctx, g, c.Ref.Parent, b.Member)
			return []string{id}, err
		},
	}, true
}
