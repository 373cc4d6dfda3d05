package simcloud

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// What a certificate is there for: in use are d (default of a listener), s (SNI only), a (CA of a listener), e (expired)
// and n (expires in less than 30 days); unused are x (expired), y (expires in less than 30 days), r (replaced by a newer
// one of the same domains), f (the same certificate once more), v (valid), c (from the certificate service), K (protected
// in the console), S (SM pair) and A (CA).
const certificateRoles = "dxsvanrxfyvedxArvxcKxrSv"

func (b *builder) certificates() {
	const day = 24 * time.Hour
	var current *certificate // the latest of role d: what r and f repeat
	served := 0
	listener := func() *listener { // one after the other
		served++
		return b.https[(served-1)%len(b.https)]
	}
	for i := range b.counts.certificates {
		role := certificateRoles[i%len(certificateRoles)]
		domain := b.domain()
		c := &certificate{
			ID: b.hex32(), Description: b.note(), Type: "server", AdminStateUp: true, ProtectionStatus: nonProtection,
			ProjectID: b.w.project, EnterpriseProjectID: "0", Fingerprint: b.hex32() + b.letters(8, "0123456789abcdef"),
		}
		expires := b.now.Add(time.Duration(40+b.n(650))*day + time.Duration(b.n(86400))*time.Second)
		switch role {
		case 'x', 'e':
			expires = b.now.Add(-time.Duration(1+b.n(1400)) * day)
		case 'n', 'y':
			expires = b.now.Add(time.Duration(2+b.n(27)) * day)
		case 'a', 'A':
			c.Type = "client"
			expires = b.now.Add(time.Duration(400+b.n(2000)) * day)
		case 'c':
			c.Source, c.SCMCertificateID = "scm", "scs"+b.letters(13, "0123456789")
		case 'K':
			c.ProtectionStatus, c.ProtectionReason = consoleProtection, "pinned in the mobile app"
		case 'S':
			c.Type = "server_sm"
		}
		c.Domain, c.CommonName, c.AlternativeNames = domain, domain, []string{domain}
		if b.chance(35) {
			c.AlternativeNames = append(c.AlternativeNames, "*."+domain)
			c.Domain = strings.Join(c.AlternativeNames, ",")
		}
		c.Name = b.certificateName(domain, expires.Year())
		if (role == 'r' || role == 'f') && current != nil {
			c.Domain, c.CommonName, c.AlternativeNames = current.Domain, current.CommonName, current.AlternativeNames
			expires, _ = time.Parse(timeV3, current.ExpireTime)
			c.Name = current.Name
			if role == 'f' {
				c.Fingerprint = current.Fingerprint
			} else {
				expires = expires.AddDate(-1, 0, 0)
				c.Name = b.certificateName(c.CommonName, expires.Year())
			}
		}
		if c.Type == "client" {
			c.Domain, c.AlternativeNames = "", []string{}
			c.CommonName = "Acme Device CA " + string(rune('A'+b.n(26)))
			c.Name = strings.ToLower(strings.ReplaceAll(c.CommonName, " ", "-"))
		}
		if role == 'v' && b.chance(10) {
			c.Name = ""
		}
		created := expires.AddDate(-1, 0, -1)
		if created.After(b.now.Add(-day)) { // valid for longer than a year
			created = b.born()
		}
		if oldest := b.now.AddDate(-5, 0, 1); created.Before(oldest) {
			created = oldest
		}
		c.ExpireTime, c.CreatedAt, c.UpdatedAt = expires.Format(timeV3), created.Format(timeV3), created.Format(timeV3)
		if len(b.https) > 0 {
			switch role {
			case 'd', 'e', 'n':
				// With more certificates than listeners the rest are used through SNI.
				if l := listener(); l.ServerCert == "" {
					l.ServerCert = nullable(c.ID)
				} else {
					l.SNICerts = append(l.SNICerts, c.ID)
				}
			case 's':
				l := pick(b, b.https)
				l.SNICerts = append(l.SNICerts, c.ID)
			case 'a':
				pick(b, b.https).CACert = nullable(c.ID)
			}
		}
		switch role {
		case 'd':
			current = c
		case 'v':
			b.signable.certificates = append(b.signable.certificates, c)
		}
		b.w.certificates.all = append(b.w.certificates.all, c)
	}
	b.serveAll()
}

// serveAll gives the remaining HTTPS listeners one of the certificates that serve already.
func (b *builder) serveAll() {
	var serving []nullable
	for _, l := range b.https {
		if l.ServerCert != "" {
			serving = append(serving, l.ServerCert)
		}
	}
	for _, l := range b.https {
		if l.ServerCert == "" && len(serving) > 0 {
			l.ServerCert = pick(b, serving)
		}
	}
}

// What an IP group is there for: w white, b black, z white with 0.0.0.0/0 in it, m together with the next m on one
// listener; unused are u, o (entries that overlap), v (IPv6 too) and e (empty).
const groupRoles = "wubmmouzuvue"

func (b *builder) groups() {
	free := 0 // the next listener without access control
	var first *ipGroup
	for i := range b.counts.groups {
		role := groupRoles[i%len(groupRoles)]
		created, updated := b.times(timeBare)
		g := &ipGroup{
			ID: b.uuid(), Name: b.groupName(), Description: b.note(), ProjectID: b.w.project, EnterpriseProjectID: "0",
			Entries: []entry{}, Listeners: []ref{}, CreatedAt: created, UpdatedAt: updated,
		}
		if full := b.counts.entries == maxEntries; role != 'e' || full && i > len(groupRoles) { // one empty one will do there
			b.entries(g, role)
		}
		b.w.groups.all = append(b.w.groups.all, g)
		ids := g.ID
		switch role {
		case 'm':
			if first == nil {
				first = g
				continue
			}
			ids, first = first.ID+","+g.ID, nil
		case 'w', 'b', 'z':
		case 'o':
			b.signable.overlapping = g
			continue
		case 'u':
			b.signable.groups = append(b.signable.groups, g)
			continue
		default:
			continue
		}
		for free < len(b.w.listeners.all) && b.w.listeners.all[free].shared {
			free++
		}
		if free == len(b.w.listeners.all) {
			continue // more groups than listeners: the rest are unused
		}
		l := b.w.listeners.all[free]
		free++
		l.Access = &access{GroupIDs: ids, Enabled: true, Type: "white"}
		switch role {
		case 'w':
			b.signable.white = append(b.signable.white, g)
		case 'b':
			l.Access.Type = "black"
			b.signable.black = append(b.signable.black, g)
		case 'z':
			b.signable.open = append(b.signable.open, l)
		}
	}
}

// entries fills a group. Unused groups have at least six, so that there is something to tidy up.
func (b *builder) entries(g *ipGroup, role byte) {
	n := b.counts.entries
	if n < maxEntries {
		n = 6 + b.n(n-5)
		if role == 'w' || role == 'b' {
			n = 1 + b.n(n)
		}
		if role == 'o' {
			n = max(n, 8) // all its examples
		}
	}
	g.Entries = make([]entry, 0, n)
	add := func(ip string) {
		if len(g.Entries) < n {
			g.Entries = append(g.Entries, entry{IP: ip, Description: pick(b, entryNotes)})
		}
	}
	switch role {
	case 'z':
		add("0.0.0.0/0")
	case 'o':
		// Contained in one another, overlapping, and one address in two spellings.
		for _, ip := range []string{"10.20.0.0/16", "10.20.7.0/24", "10.20.7.19", "10.20.8.10-10.20.8.90", "10.20.8.50-10.20.9.20", "172.16.4.4", "172.16.4.4/32"} {
			add(ip)
		}
	case 'v':
		add("2001:db8:4a1::/48")
		add("2001:db8:4a1::17")
		add("2001:db8:77::10-2001:db8:77::2f")
	}
	// Going upwards from somewhere, entries cannot meet.
	at := uint32(10<<24) + b.rng.Uint32N(200)<<16
	if b.chance(30) {
		at = 100<<24 | 64<<16 + b.rng.Uint32N(32)<<16
	}
	if role == 'o' {
		at = 172<<24 | 20<<16
	}
	for len(g.Entries) < n {
		at += 1 + b.rng.Uint32N(900)
		switch kind := b.n(20); {
		case kind < 13:
			add(dotted(at))
		case kind < 17:
			at = at&^255 + 256
			add(dotted(at) + "/24")
			at += 255
		case kind < 18:
			at = at&^15 + 16
			add(dotted(at) + "/28")
			at += 15
		case kind < 19 && n < maxEntries:
			add(fmt.Sprintf("2001:db8:%x::%x", b.n(1<<16), at&0xffff))
		default:
			last := at + 1 + b.rng.Uint32N(100)
			add(dotted(at) + "-" + dotted(last))
			at = last
		}
	}
}

func dotted(v uint32) string {
	return netip.AddrFrom4([4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}).String()
}
