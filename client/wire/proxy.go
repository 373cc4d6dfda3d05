package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// proxyError is a proxy of the environment that does not let us through.
type proxyError struct {
	at     string // without its password
	status int
}

func (e *proxyError) Error() string {
	what := ""
	switch e.status {
	case http.StatusProxyAuthRequired:
		what = "; put its user name and password into HTTPS_PROXY"
	case http.StatusForbidden:
		what = "; name hosts that need no proxy in NO_PROXY"
	}
	return fmt.Sprintf("the proxy %s of HTTPS_PROXY answers %d %s%s", e.at, e.status, http.StatusText(e.status), what)
}

// proxyAnswered makes an error of a proxy's answer that is no connection.
func proxyAnswered(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy.Scheme + "://" + proxy.Host, answer.StatusCode}
}

// proxyFailed describes an error that comes from a proxy and not from the service; final: asking again is of no use.
func proxyFailed(err error) (message string, final, ok bool) {
	if e, is := errors.AsType[*proxyError](err); is {
		return Clean(e.Error()), e.status < 500, true
	}
	e, is := errors.AsType[*net.OpError](err)
	if !is || e.Op != "proxyconnect" {
		return "", false, false
	}
	why, at := e.Err, ""
	if dial, is := errors.AsType[*net.OpError](e.Err); is && dial.Addr != nil {
		why, at = dial.Err, dial.Addr.String()+" "
	}
	return Clean(fmt.Sprintf("the proxy %sof HTTPS_PROXY cannot be reached: %v", at, why)), false, true
}
