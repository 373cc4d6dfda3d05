package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// paced are a client and a deleter of one project that share their pace, before a service that answers as h.
func paced(t *testing.T, h http.HandlerFunc) (*Client, *Deleter) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	config := Config{Project: "p", ELB: server.URL, APIG: server.URL, ROMA: server.URL, Transport: server.Client().Transport, Pacing: NewPacing(Limits{})}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDeleter(config)
	if err != nil {
		t.Fatal(err)
	}
	return c, d
}

// What reading learns of a service holds for deleting, and for no other service.
func TestReadingAndDeletingShareTheirPace(t *testing.T) {
	c, d := paced(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error_code":"APIGW.0308","error_msg":"policy user over ratelimit,limit:60,time:1 minute"}`)
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := make(chan error, 1)
	go func() {
		_, _, err := collect(c.Pools(ctx))
		read <- err
	}()
	for d.Pace(ELB).Until.IsZero() {
		<-time.After(time.Millisecond)
	}
	if p := d.Pace(ELB); p.Quota != 60 || p.Per != time.Minute || p.Left != 0 {
		t.Errorf("%+v", p)
	}
	over, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if _, _, err := d.Enter(over, ELB, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v: let in during the pause", err)
	}
	for _, service := range []string{ROMA, APIG} {
		_, leave, err := d.Enter(t.Context(), service, nil)
		if err != nil {
			t.Fatalf("%s: %v", service, err)
		}
		if p := d.Pace(service); !p.Until.IsZero() || p.Quota != 0 || p.InFlight != 1 {
			t.Errorf("%s: %+v", service, p)
		}
		leave()
	}
	cancel()
	if err := <-read; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Whoever has entered sends once: throttled, the call fails, and what comes next is up to the caller.
func TestACallOfOneWhoEnteredIsSentOnce(t *testing.T) {
	sent := 0
	_, d := paced(t, func(w http.ResponseWriter, _ *http.Request) {
		sent++
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	in, leave, err := d.Enter(t.Context(), ELB, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	if err := in.DeletePool(t.Context(), "a"); !errors.Is(err, Throttled) || sent != 1 {
		t.Errorf("%v after %d", err, sent)
	}
}

func TestAWholeListBeginsWithABigPage(t *testing.T) {
	var limits []string
	refuse := false
	c, _ := paced(t, func(w http.ResponseWriter, r *http.Request) {
		limit := r.URL.Query().Get("limit")
		limits = append(limits, limit)
		if refuse && limit == "2000" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"pools":[{"id":"a"}],"page_info":{"current_count":1}}`)
	})
	read := func(c *Client, want ...string) {
		t.Helper()
		limits = nil
		if all, _, err := collect(c.Pools(t.Context())); err != nil || len(all) != 1 || fmt.Sprint(limits) != fmt.Sprint(want) {
			t.Errorf("%v, %v: asked for %v, want %v", all, err, limits, want)
		}
	}
	read(c, "200")
	read(c.Whole(), "2000")
	refuse = true
	read(c.Whole(), "2000", "200")
}
