package cleanup

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/auth"
	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/client/wire"
)

// front sees a request before the cloud does and says whether it has answered it.
type front = func(http.ResponseWriter, *http.Request) bool

// way is how a test comes to its cloud.
type way struct {
	front  front                       // nil = none
	around func(*simcloud.Cloud) front // makes one that lets the cloud answer; nil = none
	// carry adds the credentials to what base sends; nil = they sign.
	carry func(account simcloud.Account, hosts auth.Hosts, url string, base http.RoundTripper) http.RoundTripper
	pipes bool // through memory: what waits for it is at rest in a bubble of package synctest
}

// simulate starts a cloud. front may be nil.
func simulate(tb testing.TB, o simcloud.Options, before front) *sim {
	tb.Helper()
	return simulateBy(tb, o, way{front: before})
}

func simulateBy(tb testing.TB, o simcloud.Options, by way) *sim {
	tb.Helper()
	cloud := simcloud.New(o)
	if by.around != nil {
		by.front = by.around(cloud)
	}
	url, base := by.serve(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if by.front == nil || !by.front(w, r) {
			cloud.ServeHTTP(w, r)
		}
	}))
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	hosts, err := auth.NewHosts(url)
	must(err)
	account := cloud.Account()
	signed := auth.Signer{AccessKey: account.AccessKey, SecretKey: account.SecretKey, ProjectID: account.ProjectID, Hosts: hosts}.Transport(base)
	carried := signed
	if by.carry != nil {
		carried = by.carry(account, hosts, url, base)
	}
	config := client.Config{
		Project: account.ProjectID, ELB: url, ROMA: url, APIG: url, Transport: carried,
		Gateways: []client.Gateway{{Service: client.ROMA}, {Service: client.APIG}},
	}
	s := &sim{t: tb, cloud: cloud, url: url, project: account.ProjectID, http: &http.Client{Transport: signed}, config: config}
	s.connect()
	return s
}

// connect makes an engine that knows nothing of the cloud yet.
func (s *sim) connect() {
	s.t.Helper()
	config := s.config
	config.Pacing, config.Found = client.NewPacing(client.Limits{}), &client.Found{}
	reader, err := client.New(config)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.deleter, err = client.NewDeleter(config); err != nil {
		s.t.Fatal(err)
	}
	s.loader = inventory.NewLoader(reader, inventory.Scope{Profile: "test", Region: s.cloud.Account().Region, Project: s.project})
	s.engine = NewEngine(s.deleter, s.loader, Options{})
	s.engine.rest = time.Millisecond
}

// serve starts the server, and says where it is and what to reach it through.
func (by way) serve(tb testing.TB, cloud http.Handler) (url string, base *http.Transport) {
	tb.Helper()
	base = wire.NewTransport()
	if !by.pipes {
		server := httptest.NewServer(cloud)
		tb.Cleanup(server.Close)
		tb.Cleanup(base.CloseIdleConnections) // before that
		return server.URL, base
	}
	l := &pipes{calls: make(chan net.Conn), closed: make(chan struct{})}
	base.DialContext = l.dial
	server, ended := &http.Server{Handler: cloud, ErrorLog: log.New(io.Discard, "", 0)}, make(chan struct{})
	go func() {
		defer close(ended)
		server.Serve(l)
	}()
	tb.Cleanup(func() {
		base.CloseIdleConnections()
		server.Close()
		<-ended
	})
	return "http://127.0.0.1:1", base
}

// pipes are connections within this process.
type pipes struct {
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.calls <- there:
		return here, nil
	case <-p.closed:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
