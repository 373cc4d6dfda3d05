package doctor

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"janitor/client/wire"
)

// What is well: a certificate that is good for longer, a clock that is nearer. Signatures fail from skewMost on (api.md 8.2).
const (
	daysLeft = 14
	skewWell = time.Minute
	skewMost = 15 * time.Minute
)

// contact is one request without credentials to a service, and what came of it.
type contact struct {
	service, at string
	took        time.Duration
	status      int
	location    string
	tls         *tls.ConnectionState
	date        time.Time // of the service's clock, zero when not said
	asked       time.Time // the middle of sending and answer, by our clock
	proxy       string    // the proxy in between, "" for none
	err         error
}

// endpoints asks every service something harmless, and looks at the answer's envelope only.
func (e examination) endpoints(ctx context.Context) []Finding {
	list := services(e.reach.Endpoints)
	contacts := make([]contact, len(list))
	var all sync.WaitGroup
	for i, s := range list {
		contacts[i] = contact{service: s.name, at: s.at}
		if s.at != "" {
			all.Go(func() { contacts[i].make(ctx, e.reach.Bare) })
		}
	}
	all.Wait()
	var found []Finding
	for _, c := range contacts {
		found = append(found, c.reached())
	}
	for _, c := range contacts {
		if c.tls != nil {
			found = append(found, c.secured(time.Now()))
		}
	}
	return append(found, clock(contacts))
}

func (c *contact) make(ctx context.Context, t http.RoundTripper) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	path := "/"
	if c.service == "elb" {
		path = "/versions" // documented, for anybody (api.md 2.1)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.at+path, http.NoBody)
	if err != nil {
		c.err = err
		return
	}
	req.Header.Set("User-Agent", "janitor")
	if proxy, err := http.ProxyFromEnvironment(req); err == nil && proxy != nil {
		c.proxy = proxy.Host
	}
	sent := time.Now()
	resp, err := t.RoundTrip(req)
	if err != nil {
		c.err = err
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // lets the connection be used again
	c.took = time.Since(sent)
	c.asked = sent.Add(c.took / 2)
	c.status, c.location, c.tls = resp.StatusCode, resp.Header.Get("Location"), resp.TLS
	c.date, _ = http.ParseTime(resp.Header.Get("Date")) // not said = not known
}

// reached says whether there is somebody; which answer it is does not matter.
func (c contact) reached() Finding {
	f := Finding{Area: "endpoint", What: c.service, State: OK}
	through := ""
	if c.proxy != "" {
		through = " through the proxy " + cut(c.proxy)
	}
	switch {
	case c.at == "":
		f.State, f.Says = Unknown, "none in this profile"
	case c.err != nil:
		f.State, f.Says, f.Do = Bad, cut(fmt.Sprintf("%s does not answer: %s", c.at, wire.Reason(c.at, c.err))), c.remedy()
	case c.status >= 300 && c.status < 400:
		f.State, f.Says, f.Do = Warning, cut(fmt.Sprintf("%s redirects to %s%s", c.at, c.location, through)), "check the address: janitor follows no redirects"
	case c.status >= 500:
		f.State, f.Says, f.Do = Warning, cut(fmt.Sprintf("%s answers %d %s%s", c.at, c.status, http.StatusText(c.status), through)), "try again later"
	default:
		f.Says = cut(fmt.Sprintf("%s answers in %d ms%s", c.at, max(1, c.took.Milliseconds()), through))
	}
	return f
}

// remedy goes by what is wrong with the connection.
func (c contact) remedy() string {
	_, unknownName := errors.AsType[*net.DNSError](c.err)
	_, unknownCA := errors.AsType[x509.UnknownAuthorityError](c.err)
	_, wrongName := errors.AsType[x509.HostnameError](c.err)
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](c.err)
	switch {
	case unknownName:
		return fmt.Sprintf("check cloud and region, or give endpoints.%s", c.service)
	case unknownCA:
		return "name the cloud's own CA in ca_file"
	case wrongName:
		return fmt.Sprintf("give in endpoints.%s the name that the certificate is for", c.service)
	case isInvalid && invalid.Reason == x509.Expired:
		return "check the clock of this computer, else tell who runs the service"
	case c.proxy != "":
		return "check HTTPS_PROXY, or add the host to NO_PROXY"
	}
	return "check the network, a firewall, whether HTTPS_PROXY is needed"
}

func (c contact) secured(now time.Time) Finding {
	f := Finding{Area: "tls", What: c.service, State: OK}
	f.Says = tls.VersionName(c.tls.Version)
	if len(c.tls.PeerCertificates) == 0 {
		return f
	}
	cert := c.tls.PeerCertificates[0]
	issuer := cmp.Or(cert.Issuer.CommonName, cert.Issuer.String())
	days := int(cert.NotAfter.Sub(now).Hours() / 24)
	f.Says = cut(fmt.Sprintf("%s, certificate of %s, good for %d days", f.Says, issuer, days))
	if days < daysLeft {
		f.State, f.Do = Warning, "tell who runs the service: connections fail when it has expired"
	}
	return f
}

// clock compares ours with that of the service that differs most.
func clock(contacts []contact) Finding {
	f := Finding{Area: "clock", What: "difference", State: Unknown, Says: "no service says the time"}
	var most time.Duration
	for _, c := range contacts {
		if c.date.IsZero() {
			continue
		}
		// Their seconds are whole: half of one more is nearer to what they mean.
		ahead := c.asked.Sub(c.date.Add(500 * time.Millisecond))
		if f.State == Unknown || ahead.Abs() > most.Abs() {
			most = ahead
			f.State = OK
			f.Says = fmt.Sprintf("this computer and %s agree to the second", c.service)
			if by := ahead.Abs().Round(time.Second); by > time.Second {
				word := "ahead of"
				if ahead < 0 {
					word = "behind"
				}
				f.Says = fmt.Sprintf("this computer is %s %s %s", by, word, c.service)
			}
		}
	}
	switch {
	case most.Abs() >= skewMost:
		f.State, f.Do = Bad, "set the clock: signatures are refused from 15 minutes on"
	case most.Abs() > skewWell:
		f.State, f.Do = Warning, "set the clock, before it differs by 15 minutes"
	}
	return f
}
