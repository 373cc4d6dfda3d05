package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// momentary is a service of three pages of pools, and what it was asked.
func momentary(t *testing.T, front http.HandlerFunc) (*Client, func() []string) {
	t.Helper()
	var mu sync.Mutex
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.Path[len("/v3/p/elb/"):]+"?"+r.URL.RawQuery)
		mu.Unlock()
		front(w, r)
	}))
	t.Cleanup(srv.Close)
	c, err := New(Config{Project: "p", ELB: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	return c, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Sorted(slices.Values(asked))
	}
}

func threePages(w http.ResponseWriter, r *http.Request) {
	next := map[string]string{"": "a", "a": "b", "b": ""}[r.URL.Query().Get("marker")]
	id, info := next, fmt.Sprintf(`"next_marker":%q`, next)
	if next == "" {
		id, info = "c", `"current_count":1`
	}
	fmt.Fprintf(w, `{"pools":[{"id":%q,"name":"pool \u202e%s"}],"page_info":{%s}}`, id, id, info)
}

func idsOf[T any](t *testing.T, all func(func([]T, error) bool), id func(T) string) (ids []string) {
	t.Helper()
	for page, err := range all {
		if err != nil {
			t.Error(err)
		}
		for _, one := range page {
			ids = append(ids, id(one))
		}
	}
	return ids
}

func TestAMomentAsksOnce(t *testing.T) {
	c, asked := momentary(t, threePages)
	in, end := c.Moment()
	var wg sync.WaitGroup
	abc := []string{"a", "b", "c"}
	for range 4 {
		wg.Go(func() {
			if got := idsOf(t, in.Pools(t.Context()), func(p Pool) string { return p.ID + p.Name }); !slices.Equal(got, []string{`apool \u202ea`, `bpool \u202eb`, `cpool \u202ec`}) {
				t.Errorf("%q", got) // decoded and cleaned like any other
			}
		})
		wg.Go(func() {
			if got := idsOf(t, in.PoolSpecs(t.Context()), func(s Spec) string { return s.ID }); !slices.Equal(got, abc) {
				t.Error(got)
			}
		})
	}
	wg.Wait()
	once := []string{"pools?limit=200", "pools?limit=2000&marker=a", "pools?limit=2000&marker=b"}
	if got := asked(); !slices.Equal(got, once) {
		t.Errorf("asked %v", got)
	}
	end()
	if got := idsOf(t, in.Pools(t.Context()), func(p Pool) string { return p.ID }); !slices.Equal(got, abc) || len(asked()) != 6 {
		t.Errorf("after its end: %v, asked %v", got, asked())
	}
	if in.sharing.kept != nil {
		t.Error("something is kept")
	}
}

// Who begins a list again wants it as it is now.
func TestAMomentReadsAnewWhatIsBegunAgain(t *testing.T) {
	var gone atomic.Bool
	c, asked := momentary(t, func(w http.ResponseWriter, r *http.Request) {
		switch marker := r.URL.Query().Get("marker"); {
		case marker == "a":
			gone.Store(true)
			http.Error(w, `{"error_code":"ELB.8904","error_msg":"marker a"}`, http.StatusNotFound)
		case gone.Load():
			fmt.Fprint(w, `{"pools":[{"id":"b"}],"page_info":{}}`)
		default:
			fmt.Fprint(w, `{"pools":[{"id":"a"}],"page_info":{"next_marker":"a"}}`)
		}
	})
	in, end := c.Moment()
	defer end()
	for range 2 {
		got := idsOf(t, in.Pools(t.Context()), func(p Pool) string { return p.ID })
		if !slices.Contains(got, "b") {
			t.Errorf("%v; asked %v", got, asked())
		}
	}
	if got := asked(); len(got) != 3 {
		t.Errorf("asked %v", got)
	}
}

// Errors are for those who wait; who comes later asks. Who gives up spoils nothing for others.
func TestAMomentForgetsErrors(t *testing.T) {
	var bad atomic.Bool
	begun, more := make(chan struct{}, 9), make(chan struct{})
	c, asked := momentary(t, func(w http.ResponseWriter, r *http.Request) {
		if bad.Load() {
			http.Error(w, `{"error_code":"ELB.0001","error_msg":"no"}`, http.StatusForbidden)
			return
		}
		begun <- struct{}{}
		<-more
		threePages(w, r)
	})
	in, end := c.Moment()
	defer end()
	bad.Store(true)
	for range 2 {
		if _, err := in.Pool(t.Context(), "x"); !errors.Is(err, Forbidden) {
			t.Error(err)
		}
	}
	if len(asked()) != 2 {
		t.Errorf("asked %v", asked())
	}
	bad.Store(false)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for _, err := range in.Pools(ctx) {
			if err != nil && !errors.Is(err, context.Canceled) { // what the other has read may come along
				t.Errorf("cancelled: %v", err)
			}
		}
	})
	<-begun
	wg.Go(func() {
		if got := idsOf(t, in.Pools(t.Context()), func(p Pool) string { return p.ID }); len(got) != 3 {
			t.Error(got)
		}
	})
	cancel()
	close(more)
	wg.Wait()
}

// An answer that cannot be read is asked for once more, for all who wait for it.
func TestAMomentWaitsForTheAnswerThatCanBeRead(t *testing.T) {
	var n atomic.Int32
	c, asked := momentary(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			fmt.Fprint(w, `{"pools":[{"id":"a"`)
			return
		}
		fmt.Fprint(w, `{"pools":[{"id":"a"}],"page_info":{}}`)
	})
	in, end := c.Moment()
	defer end()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if got := idsOf(t, in.Pools(t.Context()), func(p Pool) string { return p.ID }); !slices.Equal(got, []string{"a"}) {
				t.Error(got)
			}
		})
	}
	wg.Wait()
	if got := asked(); len(got) != 2 {
		t.Errorf("asked %v", got)
	}
}
