package inventory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"janitor/client"
)

// soon is how long before its end a certificate is worth a look.
const soon = 30 * 24 * time.Hour

var certificates = &Kind{
	ID: Certificates, One: "certificate", Many: "certificates", Title: "Certificates",
	Columns: []Column{
		nameColumn("NAME"),
		{
			ID: "expires", Title: "EXPIRES", Width: 18, Type: Span, Means: "time left; below 0 when it is over", Data: timeLeft,
			Value:   func(r Resource, now time.Time) string { return expiry(certificate(r), now) },
			Compare: func(a, b Resource) int { return certificate(a).ExpireTime.Compare(certificate(b).ExpireTime) },
		},
		ageColumn(),
		textColumn("domain", "DOMAIN", 28, func(r Resource) string { return domain(certificate(r)) }).extra().
			means("names it is for").typed(Words, func(r Resource) Datum { return domains(certificate(r)) }),
		textColumn("type", "TYPE", 9, func(r Resource) string { return typeOfCertificate(certificate(r)) }).extra().
			means("server, client (CA) or server_sm").
			typed(Text, func(r Resource) Datum { return text(certificate(r).Type) }),
		textFact("family", "dedicated, or shared: only the older API has it", func(r Resource) string { return familyOf(certificate(r).Shared) }).
			oneOf(families...),
		idColumn(),
		createdFact(),
		descriptionFact(func(r Resource) string { return certificate(r).Description }),
		fact("expired", Flag, "its time is over", func(r Resource, now time.Time) Datum {
			left := timeLeft(r, now)
			return Datum{Known: left.Known, Number: flag(left.Number <= 0).Number}
		}),
		textFact("source", "scm = from the certificate service", func(r Resource) string { return certificate(r).Source }),
		textFact("fingerprint", "fingerprint", func(r Resource) string { return certificate(r).Fingerprint }),
	},
	Needs: []ListID{listeners, sharedListeners, recycled, namedListeners},
	looks: []ListID{loadBalancerList, sharedBalancers},
	Judge: judgeCertificate,
	Fields: func(r Resource, now time.Time) []Field {
		c := certificate(r)
		return fields(r, now,
			Field{"Type", typeOfCertificate(c)},
			Field{"Domain", c.Domain},
			Field{"Common name", c.CommonName},
			Field{"Alternative names", strings.ReplaceAll(string(c.AlternativeNames), ",", ", ")},
			Field{"Expires", moment(c.ExpireTime, now)},
			Field{"Fingerprint", c.Fingerprint},
			Field{"Source", c.Source},
			Field{"Certificate service", c.SCMCertificateID},
			Field{"Protection", protection(c.ProtectionStatus, c.ProtectionReason)},
			Field{"Description", c.Description},
			Field{"Enterprise project", c.EnterpriseProjectID},
		)
	},
	Deletion: &Deletion{
		Route: func(r Resource) *Route {
			if certificate(r).Shared {
				return deleteSharedCertificate
			}
			return deleteCertificates
		},
		Settings: func(r Resource) []Field {
			c := certificate(r)
			expires := ""
			if at := c.ExpireTime; !at.IsZero() {
				expires = at.Time().Format(time.RFC3339)
			}
			return []Field{{"description", c.Description}, {"domain", c.Domain}, {"fingerprint", c.Fingerprint}, {"expiry", expires}}
		},
		Undo:    undoCertificate,
		Effects: effectsOfCertificates,
	},
	Restore: restoreCertificates,
	lists: []list{
		{id: ListID(Certificates), permission: "elb:certificates:list", dedicated: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, q.client.Certificates(ctx))
		}},
		{id: sharedCertList, permission: "elb:certificates:list", optional: true, beside: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, q.client.SharedCertificates(ctx))
		}},
	},
	project: func(r Resource) string { return certificate(r).EnterpriseProjectID },
	note:    noteCertificates,
	row:     certificateRow,
	merge:   mergeCertificates,
}

func certificateRow(home ScopeID, of Object) Resource {
	c := of.(*client.Certificate)
	return Resource{Ref: Ref{Scope: home, Kind: Certificates, ID: c.ID}, Name: c.Name, Created: c.CreatedAt, Updated: c.UpdatedAt, Object: c}
}

// mergeCertificates joins two sightings: pages overlap when something changes between them, and clouds with both APIs show
// certificates in both. Of these v3 says more. Either may know of a protection.
func mergeCertificates(seen, again Resource) Resource {
	if certificate(again).Shared && !certificate(seen).Shared {
		seen, again = again, seen
	}
	c, before := certificate(again), certificate(seen)
	if protectedBy(c.ProtectionStatus, c.ProtectionReason) == nil && protectedBy(before.ProtectionStatus, before.ProtectionReason) != nil {
		joined := *c
		joined.ProtectionStatus, joined.ProtectionReason = before.ProtectionStatus, before.ProtectionReason
		again.Object = &joined
	}
	return again
}

func certificate(r Resource) *client.Certificate { return r.Object.(*client.Certificate) }

func typeOfCertificate(c *client.Certificate) string {
	if c.Shared {
		return strings.TrimSpace(c.Type + " shared")
	}
	return c.Type
}

func domain(c *client.Certificate) string {
	return cmp.Or(c.Domain, c.CommonName, string(c.AlternativeNames))
}

// eachName tells the names that a certificate is for, perhaps one more than once.
func eachName(c *client.Certificate, tell func(name string)) {
	trimmed := func(name string) {
		if name = strings.TrimSpace(name); name != "" {
			tell(name)
		}
	}
	for name := range strings.SplitSeq(c.Domain, ",") {
		trimmed(name)
	}
	trimmed(c.CommonName)
	for name := range strings.SplitSeq(string(c.AlternativeNames), ",") {
		trimmed(name)
	}
}

// domains are all names of a certificate. A service that tells none leaves them unknown (api.md 2.8).
func domains(c *client.Certificate) Datum {
	var all []string
	eachName(c, func(name string) {
		if !slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, name) }) {
			all = append(all, name)
		}
	})
	return Datum{Known: len(all) > 0, Words: all}
}

// timeLeft until a certificate expires, in seconds.
func timeLeft(r Resource, now time.Time) Datum {
	at := certificate(r).ExpireTime
	if at.IsZero() {
		return Datum{}
	}
	return Datum{Known: true, Number: at.Time().Sub(now).Seconds()}
}

// expiry: "expired 40 d ago", "in 12 d", "2027-01-02" when it is more than a year off; "" when not known.
func expiry(c *client.Certificate, now time.Time) string {
	at := c.ExpireTime.Time()
	switch left := at.Sub(now); {
	case at.IsZero():
		return ""
	case left <= 0:
		return "expired " + span(-left) + " ago"
	case left <= 365*24*time.Hour:
		return "in " + span(left)
	}
	return at.Format(time.DateOnly)
}

var certificateUnused = []Reason{{Text: "no listener"}}

func judgeCertificate(r Resource, g *Graph) Verdict {
	c := certificate(r)
	protected := append(protectedBy(c.ProtectionStatus, c.ProtectionReason), madeBy(c.Name, c.Description)...)
	used, _ := g.usedBy(Certificates, c.ID, client.IDs{})
	gaps := g.gapsFor(Certificates)
	done, err := g.State(ListID(Certificates))
	if c.Shared && !done && err == nil { // the older API does not know what is protected
		gaps = append(slices.Clip(gaps), Reason{Text: "certificates are still being listed"})
	}
	v := judge(r.Ref, protected, used, gaps, certificateUnused, signsOfCertificate(c, g))
	doneToo, errToo := g.State(sharedCertList)
	v.Partial = !done || err != nil || !doneToo || errToo != nil || c.ExpireTime.IsZero()
	return v
}

// kin are certificates by what they may have in common.
type kin map[string][]*client.Certificate

// joinKin adds kin of another list, but not what the older API says of certificates that ELB v3 has too: that is less.
func (g *Graph) joinKin(all, more kin) kin {
	if len(all) == 0 && len(g.certified) == 0 {
		return more
	}
	mine := false // all is a copy
	for key, those := range more {
		for _, c := range those {
			if c.Shared && g.certified[c.ID] {
				continue
			}
			if !mine {
				all, mine = maps.Clone(all), true
			}
			set(&all, key, append(slices.Clip(all[key]), c))
		}
	}
	return all
}

// several leaves out those that have nothing in common with any other: that is nearly all.
func (k kin) several() kin {
	some := kin{}
	for key, those := range k {
		if len(those) > 1 {
			some[key] = those
		}
	}
	return some
}

// noteCertificates finds those that are the same and those that serve the same names.
func noteCertificates(page []Resource, p *part) {
	for _, r := range page {
		c := certificate(r)
		if !c.Shared {
			set(&p.certified, c.ID, true)
		}
		if same := fingerprint(c); same != "" {
			set(&p.twins, same, append(p.twins[same], c))
		}
		if names := namesOf(c); names != "" && !c.ExpireTime.IsZero() {
			set(&p.heirs, names, append(p.heirs[names], c))
		}
	}
}

// fingerprint without the colons and the case that services differ in.
func fingerprint(c *client.Certificate) string {
	return strings.ToLower(strings.ReplaceAll(c.Fingerprint, ":", ""))
}

// namesOf are the type and all names that a certificate is for, in an order that does not depend on how it lists them.
// Open Telekom Cloud shows only the domain; a CA serves no names.
func namesOf(c *client.Certificate) string {
	if c.Type == "client" {
		return ""
	}
	var few [8]string // nearly all have fewer: this is asked of each certificate again and again
	names := few[:0]
	eachName(c, func(name string) { names = append(names, strings.ToLower(name)) })
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return ""
	}
	return c.Type + " " + strings.Join(names, ",")
}

// signsOfCertificate: the gravest first, for a row may have no room for the others.
func signsOfCertificate(c *client.Certificate, g *Graph) []string {
	if g == nil {
		return nil
	}
	var signs []string
	at := c.ExpireTime
	switch left := at.Time().Sub(g.at); {
	case at.IsZero():
	case left <= 0:
		signs = append(signs, "expired")
	case left <= soon:
		signs = append(signs, "expires in "+span(left))
	}
	same := fingerprint(c)
	for _, twin := range g.twins[same] {
		if same != "" && twin.ID != c.ID {
			signs = append(signs, "the same as "+otherThan(c, twin, "another"))
			break
		}
	}
	heir := c
	for _, other := range g.heirs[namesOf(c)] {
		if other.ID != c.ID && other.ExpireTime.Compare(heir.ExpireTime) > 0 {
			heir = other
		}
	}
	if heir != c && !at.IsZero() {
		signs = append(signs, "replaced by "+otherThan(c, heir, "a newer one"))
	}
	return signs
}

// otherThan is what another certificate is called beside this one: the same name would look like this one itself.
func otherThan(c, other *client.Certificate, which string) string {
	if other.Name != "" && other.Name == c.Name {
		return which + " of its name"
	}
	return cmp.Or(other.Name, other.ID)
}

const notMadeAgain = "janitor cannot make certificates of the older API again"

// undoCertificate: only a certificate without a private key of its own can be made again (api.md 11).
func undoCertificate(r Resource) (Undo, string) {
	switch c := certificate(r); {
	case c.Shared:
		return Impossible, notMadeAgain
	case c.Type == "client":
		return NewID, ""
	case c.Source == "scm" && c.SCMCertificateID != "":
		return NewID, "it comes back with a new id from the certificate service"
	}
	return Impossible, "its private key is not kept"
}

func effectsOfCertificates(doomed, _ []Resource, _ *Graph) []Consequence {
	var lost []Ref
	var name string
	for _, r := range doomed {
		if undo, _ := undoCertificate(r); undo == Impossible {
			lost = append(lost, r.Ref)
			name = r.Label()
		}
	}
	switch len(lost) {
	case 0:
		return nil
	case 1:
		return []Consequence{{Of: lost, Grade: Care, Key: "private keys", Text: name + " cannot be brought back: its private key is not kept"}}
	}
	return []Consequence{{Of: lost, Grade: Care, Key: "private keys", Text: fmt.Sprintf("%d certificates cannot be brought back: their private keys are not kept", len(lost))}}
}

var (
	deleteCertificates = &Route{
		Call: "POST certificates/batch-delete", Max: 50, Instead: deleteCertificate,
		Send: inBatches("elb:certificates:delete", (*client.Deleter).DeleteCertificates),
	}
	deleteCertificate = &Route{
		Call: "DELETE certificates/{id}", Max: 1,
		Send: oneByOne("elb:certificates:delete", (*client.Deleter).DeleteCertificate),
	}
	deleteSharedCertificate = &Route{
		Call: "DELETE v2.0/lbaas/certificates/{id}", Max: 1,
		Send: oneByOne("elb:certificates:delete", (*client.Deleter).DeleteSharedCertificate),
	}
)
