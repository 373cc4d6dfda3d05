package auth

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"janitor/client/wire"
)

// The list of projects is read to its end, at the address that was chosen, and one that has none is told from one that has.
func TestProjectsPageByPage(t *testing.T) {
	for name, test := range map[string]struct {
		next  func(page int) string // of links, as JSON
		wants []string
		fails string
	}{
		"one page": {
			next:  func(int) string { return `null` },
			wants: []string{"p1"},
		},
		"without links at all": {
			next:  func(int) string { return `{}` },
			wants: []string{"p1"},
		},
		"three pages": {
			next: func(page int) string {
				if page == 3 {
					return `""`
				}
				return fmt.Sprintf(`"https://elsewhere.example.com/other?page=%d&per_page=1"`, page+1)
			},
			wants: []string{"p1", "p2", "p3"},
		},
		"a link without a query": {
			next:  func(int) string { return `"https://iam.example.com/v3/auth/projects"` },
			wants: []string{"p1"}, fails: "does not say how to ask",
		},
		"in circles": {
			next:  func(page int) string { return fmt.Sprintf(`"?page=%d"`, page%2+1) },
			wants: []string{"p1", "p2", "p1"}, fails: "in circles",
		},
		"the same page again": {
			next:  func(int) string { return `"?page=1&again"` },
			wants: []string{"p1"}, fails: "the same page came twice",
		},
		"without end": {
			next:  func(page int) string { return fmt.Sprintf(`"?page=%d"`, page+1) },
			fails: "does not end",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				page := 1
				if r.URL.Path != "/v3/auth/projects" || r.URL.RawQuery != "" {
					if n, err := fmt.Sscanf(r.URL.Query().Get("page"), "%d", &page); n != 1 || err != nil {
						t.Errorf("asked for %s", r.URL)
					}
				}
				fmt.Fprintf(w, `{"projects":[{"id":"p%d","name":"n%d"}],"links":{"next":%s}}`, page, page, test.next(page))
			}))
			defer server.Close()
			iam, err := wire.New(server.URL, nil, wire.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for page, failed := range Projects(t.Context(), iam, "listing projects", "/v3/auth/projects", nil) {
				err = failed
				for _, p := range page {
					got = append(got, p.ID)
				}
			}
			if test.wants != nil && !slices.Equal(got, test.wants) {
				t.Errorf("got %q, want %q", got, test.wants)
			}
			switch {
			case test.fails == "" && err != nil, test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)):
				t.Errorf("%v, want %q", err, test.fails)
			}
		})
	}
}
