package profile

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"

	"janitor/client/wire"
)

// transport is a fresh one that trusts what the profile says and shows its certificate.
func (p Profile) transport() (*http.Transport, error) {
	t := wire.NewTransport()
	if p.CAFile != "" {
		pem, err := readFile(p.CAFile, "ca_file "+p.CAFile)
		if err != nil {
			return nil, p.unusable("ca_file", p.CAFile, err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, usage("%v: %s %s holds no certificate in PEM", p, p.word("ca_file"), p.CAFile)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	if p.CertFile != "" {
		cert, err := readFile(p.CertFile, "cert_file "+p.CertFile)
		if err != nil {
			return nil, p.unusable("cert_file", p.CertFile, err)
		}
		key, err := readFile(p.KeyFile, "key_file "+p.KeyFile)
		if err != nil {
			return nil, p.unusable("key_file", p.KeyFile, err)
		}
		defer clear(key)
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil { // its texts hold nothing of the files
			return nil, usage("%v: %s %s and %s %s: %v", p, p.word("cert_file"), p.CertFile, p.word("key_file"), p.KeyFile, err)
		}
		t.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

func (p Profile) unusable(key, path string, err error) error {
	return usage("%v: %s %s cannot be read: %v", p, p.word(key), path, err)
}

// proxied names, in the error of a request without an answer, the proxy that it went through: the address in such an error is
// another one. It also keeps the time that answers tell.
type proxied struct {
	base  *http.Transport
	clock *clock
}

func (t proxied) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err == nil {
		t.clock.saw(req, resp)
		return resp, nil
	}
	if t.base.Proxy == nil {
		return resp, err
	}
	if proxy, _ := t.base.Proxy(req); proxy != nil { // without the user and password that its address may hold
		err = fmt.Errorf("through the proxy %s://%s (HTTPS_PROXY; NO_PROXY lists hosts that need none): %w", proxy.Scheme, proxy.Host, err)
	}
	return resp, err
}
