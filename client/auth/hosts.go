package auth

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"janitor/client/wire"
)

// Hosts are the places that credentials may be sent to. The zero value allows none.
type Hosts struct{ origins []string }

// NewHosts allows the hosts of these base URLs; empty ones are left out. The rules are those of [wire.Endpoint].
func NewHosts(endpoints ...string) (Hosts, error) {
	var h Hosts
	for _, endpoint := range endpoints {
		if endpoint == "" {
			continue
		}
		u, err := wire.Endpoint(endpoint)
		if err != nil {
			return Hosts{}, err
		}
		h.origins = append(h.origins, origin(u))
	}
	return h, nil
}

// check refuses requests to anywhere else, before any credential was added to them, and closes their body.
func (h Hosts) check(req *http.Request) error {
	if o := origin(req.URL); !slices.Contains(h.origins, o) || req.Host != "" && req.Host != req.URL.Host {
		closeBody(req)
		return &wire.Error{
			Unsent:  true,
			Message: "credentials are not sent to " + wire.Clean(o) + ": it is no endpoint of the profile",
		}
	}
	return nil
}

// origin is scheme, host and port: a token for https must not travel over http.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// closeBody closes the body of a request that is not sent, as a RoundTripper must.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close() // nothing was written
	}
}

// stopped is the error of what was not sent because nobody waits for it any more.
func stopped(ctx context.Context) *wire.Error {
	return &wire.Error{Class: wire.Transport, Unsent: true, Message: wire.Stopped(ctx.Err()), Err: ctx.Err()}
}

// sealed keeps a value out of reach of anything that prints by reflection, however deep in other values: a function
// shows no more than its address.
type sealed[T any] func() T

func seal[T any](v T) sealed[T] { return func() T { return v } }
