package auth

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"janitor/client/wire"
)

// Project is one as IAM lists it, cleaned.
type Project struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled *bool  `json:"enabled"` // nil = not said
}

// mostProjectPages is more pages than there are in any account.
const mostProjectPages = 1000

// Projects lists those at a path of IAM, page by page (api.md 5). Of the address that an answer gives for the next page only
// the query is taken: credentials go nowhere else. The iteration ends after the first error.
func Projects(ctx context.Context, iam *wire.API, doing, path string, query url.Values) iter.Seq2[[]Project, error] {
	return func(yield func([]Project, error) bool) {
		bad := func(message string) {
			yield(nil, &wire.Error{Doing: doing, Method: http.MethodGet, Path: path, Class: wire.BadAnswer, Message: message})
		}
		asked := map[string]bool{}
		before := ""
		for range mostProjectPages {
			asked[query.Encode()] = true
			var answer struct {
				Projects []Project `json:"projects"`
				Links    struct {
					Next any `json:"next"`
				} `json:"links"`
			}
			if err := iam.Do(ctx, wire.Call{Doing: doing, Method: http.MethodGet, Path: path, Query: query, Out: &answer}); err != nil {
				yield(nil, err)
				return
			}
			page := answer.Projects
			if len(page) > 0 && page[0].ID == before {
				bad("the same page came twice")
				return
			}
			next, _ := answer.Links.Next.(string)
			if !yield(page, nil) || next == "" || len(page) == 0 {
				return
			}
			before = page[0].ID
			at, err := url.Parse(next)
			switch {
			case err != nil || at.RawQuery == "":
				bad("there are more pages, but the answer does not say how to ask for them")
				return
			case asked[at.Query().Encode()]:
				bad("the pages go round in circles")
				return
			}
			query = at.Query()
		}
		bad("the list does not end")
	}
}
