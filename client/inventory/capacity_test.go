package inventory

import (
	"testing"

	"janitor/client"
)

// TestReferringChannelsAreNamed: those that use a channel lose its servers as well.
func TestReferringChannelsAreNamed(t *testing.T) {
	use := func(by string) Reason {
		return Reason{Text: "reference channel " + by, Via: "reference_vpc_channel_id", By: by}
	}
	c := &Channel{Channel: client.Channel{ID: "c"}}
	var rows []Resource
	for _, id := range []string{"a", "b"} {
		rows = append(rows, Resource{
			Ref: Ref{Kind: Members, Parent: "c", ID: id}, In: "orders",
			Object: &Member{ChannelMember: client.ChannelMember{ID: id, Status: 1}, Channel: c},
		})
	}
	for _, tt := range []struct {
		users  []Reason
		doomed int
		want   string
	}{
		{nil, 2, "channel orders has no enabled member left"},
		{[]Reason{use("mirror")}, 2, "channel orders has no enabled member left; reference channel mirror uses this channel"},
		{[]Reason{use("mirror"), use("copy"), use("mirror")}, 1, "channel orders loses 1 of 2 enabled members; reference channel mirror and reference channel copy use this channel"},
	} {
		g := &Graph{facts: facts{uses: map[KindID]users{Channels: {"c": tt.users}}}}
		got := effectsOfMembers(rows[:tt.doomed], rows, g)
		if len(got) != 1 || got[0].Text != tt.want || len(got[0].Of) != tt.doomed {
			t.Errorf("%+v, want %q", got, tt.want)
		}
	}
}
