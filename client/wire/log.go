package wire

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// received is what an answer says of itself, whatever is in it; zero without one.
type received struct {
	status int
	id     string // of the request, as the service calls it
}

func (r *received) from(resp *http.Response) {
	*r = received{resp.StatusCode, requestID("", resp.Header)}
}

// tries is the story of a call for the log.
type tries struct {
	begun, sent time.Time // sent is the last time it was
	n           int
	last        received
}

// done logs how a call ended.
func (a *API) done(ctx context.Context, c Call, t *tries, e *Error) {
	level := slog.LevelInfo
	if e != nil {
		level = slog.LevelWarn
	}
	if !a.log.Enabled(ctx, level) {
		return
	}
	l := line{
		method: c.Method, status: t.last.status, tries: t.n,
		path: a.base.Path + c.Path, query: harmlessQuery(c.Query), id: t.last.id,
	}
	if t.n > 0 {
		l.took, l.waited = time.Since(t.sent), t.sent.Sub(t.begun)
	}
	if e != nil {
		l.code, l.says, l.id = e.Code, e.Message, cmp.Or(e.RequestID, l.id)
	}
	l.write(ctx, a.log, level)
}

// line is a request in the log; what is "" or 0 is left out. Nothing that could be a credential is in it.
type line struct {
	method string
	status int
	code   string
	took   time.Duration // always there
	waited time.Duration // for its turn, for the quota, and to be sent again; left out where it is next to nothing
	tries  int           // 1 is left out, 0 is not
	path   string
	query  string
	id     string // of the request, as the service calls it
	says   string
}

func (l line) write(ctx context.Context, log *slog.Logger, level slog.Level) {
	attrs := make([]slog.Attr, 0, 10)
	text := func(key, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	text("method", l.method)
	if l.status != 0 {
		attrs = append(attrs, slog.Int("status", l.status))
	}
	text("code", l.code)
	attrs = append(attrs, slog.Duration("took", brisk(l.took)))
	if waited := brisk(l.waited); waited >= 10*time.Millisecond {
		attrs = append(attrs, slog.Duration("waited", waited))
	}
	if l.tries != 1 {
		attrs = append(attrs, slog.Int("tries", l.tries))
	}
	text("path", Clean(l.path))
	text("query", l.query)
	text("request_id", l.id)
	text("says", l.says)
	log.LogAttrs(ctx, level, "request", attrs...)
}

// refused logs that a call was throttled and waits to be sent again.
func (a *API) refused(ctx context.Context, c Call, e *Error) {
	until, why := a.pacer.paused()
	a.log.LogAttrs(ctx, slog.LevelWarn, "throttled",
		slog.String("method", c.Method), slog.Int("status", e.Status), slog.String("code", e.Code),
		slog.Duration("pause", brisk(max(0, time.Until(until)))), slog.String("why", why),
		slog.String("path", Clean(a.base.Path+c.Path)), slog.String("request_id", e.RequestID))
}

// brisk rounds a length of time for reading.
func brisk(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// harmlessQuery is a query as it may be logged.
func harmlessQuery(q url.Values) string {
	if len(q) == 0 {
		return ""
	}
	shown := make(url.Values, len(q))
	for key, values := range q {
		if secret(key) {
			values = []string{"[secret]"}
		}
		shown[key] = values
	}
	return Clean(query(shown))
}

// Logged is a transport that logs its requests, for those that no [API] sends. Of what is in them and in their answers
// nothing is logged.
func Logged(base http.RoundTripper, log *slog.Logger) http.RoundTripper {
	if log == nil {
		return base
	}
	return logged{base, log}
}

type logged struct {
	base http.RoundTripper
	log  *slog.Logger
}

func (l logged) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := time.Now()
	resp, err := l.base.RoundTrip(req)
	level := slog.LevelInfo
	line := line{method: req.Method, took: time.Since(sent), tries: 1, path: req.URL.EscapedPath()}
	if err != nil {
		line.says = Clean(err.Error())
	} else {
		line.status, line.id = resp.StatusCode, requestID("", resp.Header)
	}
	if err != nil || line.status >= http.StatusBadRequest {
		level = slog.LevelWarn
	}
	line.write(req.Context(), l.log, level)
	return resp, err
}
