package profile

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"janitor/client/wire"
)

// transport is a fresh one that trusts what the profile says and shows its certificate.
func (p Profile) transport() (*http.Transport, error) {
	t := wire.NewTransport()
	if p.CAFile != "" {
		pem, err := p.read("ca_file", p.CAFile)
		if err != nil {
			return nil, err
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
		cert, err := p.read("cert_file", p.CertFile)
		if err != nil {
			return nil, err
		}
		key, err := p.read("key_file", p.KeyFile)
		if err != nil {
			return nil, err
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

// read reads the file that a key of the profile names.
func (p Profile) read(key, path string) ([]byte, error) {
	data, err := readFile(path, p.word(key))
	if errors.Is(err, fs.ErrNotExist) {
		err = usage("%s %s does not exist", p.word(key), path)
	}
	if err != nil {
		err = usage("%v: %v", p, err)
	}
	return data, err
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
