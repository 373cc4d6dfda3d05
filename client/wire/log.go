package wire

import (
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

// done logs how a call ended; nothing that could be a credential is in it.
func (a *API) done(ctx context.Context, c Call, t *tries, e *Error) {
	level := slog.LevelInfo
	if e != nil {
		level = slog.LevelWarn
	}
	if !a.log.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 10)
	attrs = append(attrs, slog.String("method", c.Method))
	if t.last.status != 0 {
		attrs = append(attrs, slog.Int("status", t.last.status))
	}
	if e != nil && e.Code != "" {
		attrs = append(attrs, slog.String("code", e.Code))
	}
	var took time.Duration
	if t.n > 0 {
		took = time.Since(t.sent)
	}
	attrs = append(attrs, slog.Duration("took", brisk(took)))
	if waited := brisk(t.sent.Sub(t.begun)); t.n > 0 && waited >= 10*time.Millisecond { // for its turn, for the quota, and to be sent again
		attrs = append(attrs, slog.Duration("waited", waited))
	}
	if t.n != 1 {
		attrs = append(attrs, slog.Int("tries", t.n))
	}
	attrs = append(attrs, slog.String("path", Clean(a.base.Path+c.Path)))
	if q := harmlessQuery(c.Query); q != "" {
		attrs = append(attrs, slog.String("query", q))
	}
	id := t.last.id
	if e != nil && e.RequestID != "" {
		id = e.RequestID
	}
	if id != "" {
		attrs = append(attrs, slog.String("request_id", id))
	}
	if e != nil && e.Message != "" {
		attrs = append(attrs, slog.String("says", e.Message))
	}
	a.log.LogAttrs(ctx, level, "request", attrs...)
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
	attrs := []slog.Attr{slog.String("method", req.Method)}
	level, id, says := slog.LevelInfo, "", ""
	switch {
	case err != nil:
		level, says = slog.LevelWarn, Clean(err.Error())
	default:
		if resp.StatusCode >= http.StatusBadRequest {
			level = slog.LevelWarn
		}
		attrs = append(attrs, slog.Int("status", resp.StatusCode))
		id = requestID("", resp.Header)
	}
	attrs = append(attrs, slog.Duration("took", brisk(time.Since(sent))), slog.String("path", Clean(req.URL.EscapedPath())))
	if id != "" {
		attrs = append(attrs, slog.String("request_id", id))
	}
	if says != "" {
		attrs = append(attrs, slog.String("says", says))
	}
	l.log.LogAttrs(req.Context(), level, "request", attrs...)
	return resp, err
}
