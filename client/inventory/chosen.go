package inventory

import (
	"context"
	"fmt"
	"slices"
)

// Complete is the list of a kind, without what refers to it; an error, with what there is of it, when it could not be read to
// its end.
func (l *Loader) Complete(ctx context.Context, kind KindID) (*Listing, error) {
	listing := Last(l.List(ctx, kind, nil)).Listing(kind)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case listing == nil:
		return nil, fmt.Errorf("%s could not be listed", kind)
	case listing.Err != nil:
		return listing, fmt.Errorf("%s could not be listed to the end: %w", listing.Kind.Many, listing.Err)
	}
	return listing, nil
}

// Chosen are the resources of these ids or names, each once; without any all.
func (l *Listing) Chosen(words []string) ([]Resource, error) {
	if len(words) == 0 {
		return l.Resources.All(), nil
	}
	var out []Resource
	for _, word := range words {
		r, err := l.Named(word)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, func(o Resource) bool { return o.Ref == r.Ref }) {
			out = append(out, r)
		}
	}
	return out, nil
}
