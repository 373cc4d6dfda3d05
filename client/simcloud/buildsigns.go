package simcloud

import (
	"fmt"
	"strings"
)

// signable is what has been made so far and can be changed without anything else noticing.
type signable struct {
	pools        []*pool        // unused, not protected
	certificates []*certificate // unused, valid, not protected
	groups       []*ipGroup     // unused
	overlapping  *ipGroup       // has 10.20.0.0/16 among its entries
	white, black []*ipGroup     // alone on their listener
	open         []*listener    // whose white list lets everybody in
}

// signs sees to it that whatever is worth a look is in an account of some size whatever the seed, and in few objects, so
// that most of it stays usual.
func (b *builder) signs() {
	for i, p := range b.signable.pools {
		switch i % 8 {
		case 1:
			b.dead(p)
		case 5:
			b.drained(p)
		}
	}
	if all := b.signable.certificates; len(all) > 2 {
		c := all[1]
		host, _, _ := strings.Cut(c.CommonName, ".")
		c.Name, c.Description = "k8s_"+host+"_tls", ""
	}
	if all := b.signable.groups; len(all) > 2 {
		all[2].Description = cceDescription(b.clusters[0])
		if g := b.signable.overlapping; g != nil {
			g.Entries[len(g.Entries)-1].IP = "172.29.4.0-172.29.4.255" // a range that is a block
			within(all[1])
		}
	}
	for _, all := range [][]*ipGroup{b.signable.white, b.signable.black} {
		if len(all) > 1 {
			last := all[len(all)-1]
			last.Entries = last.Entries[:1]
		}
	}
	if all := b.signable.open; len(all) > 1 {
		all[len(all)-1].Access.Enabled = false
	}
	b.useUpMembers()
}

// dead makes every server of a pool one that the health check cannot reach.
func (b *builder) dead(p *pool) {
	if p.HealthMonitorID == "" {
		b.monitor(p)
	}
	if len(p.Members.all) == 0 {
		b.servers(p, false, true)
	}
	for _, m := range p.Members.all {
		m.OperatingStatus, m.Weight = "OFFLINE", max(1, m.Weight)
	}
}

// drained makes every server of a pool one that gets no new requests, although it answers.
func (b *builder) drained(p *pool) {
	if len(p.Members.all) == 0 {
		b.servers(p, false, true)
	}
	for _, m := range p.Members.all {
		m.Weight = 0
		if m.OperatingStatus == "OFFLINE" {
			m.OperatingStatus = "ONLINE"
		}
	}
}

// within gives a group as many entries as it has, all of them in 10.20.0.0/16.
func within(g *ipGroup) {
	for i := range g.Entries {
		at := uint32(10<<24 | 20<<16 + i*200)
		switch i % 4 {
		case 2:
			g.Entries[i].IP = dotted(at&^15) + "/28"
		case 3:
			g.Entries[i].IP = dotted(at) + "-" + dotted(at+17)
		default:
			g.Entries[i].IP = dotted(at + 1)
		}
	}
}

// useUpMembers brings the number of all members to the quota: pools with several give one away, pools in use get one.
func (b *builder) useUpMembers() {
	quota, have := b.counts.allMembers, 0
	for _, p := range b.w.pools.all {
		have += len(p.Members.all)
	}
	for _, p := range b.w.pools.all {
		n := len(p.Members.all)
		switch {
		case quota == 0 || have == quota:
			return
		case have > quota && n > 1:
			p.Members.all = p.Members.all[:n-1]
			have--
		case have < quota && n == 1:
			m := *p.Members.all[0]
			m.ID, m.Address, m.Name = b.uuid(), b.address(), fmt.Sprintf("ecs-%s-%02d", pick(b, applications), 1+b.n(20))
			p.Members.all = append(p.Members.all, &m)
			p.Members.sort()
			have++
		}
	}
}
