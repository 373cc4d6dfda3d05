package main

import (
	"errors"

	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/tui"
)

// checkViews refuses views that are an expression of no kind; one that fits some kinds only is fine.
func checkViews(views []profile.View) ([]tui.View, error) {
	out := make([]tui.View, len(views))
	for i, v := range views {
		if err := checkView(v.Expr); err != nil {
			return nil, usage("%s: the view %q: %w", v.Where, v.Name, err)
		}
		out[i] = tui.View{Name: v.Name, Expr: v.Expr}
	}
	return out, nil
}

// checkView gives the error of the kind that the expression comes nearest to fitting.
func checkView(expr string) error {
	var nearest error
	best := 0
	for _, kind := range inventory.Kinds() {
		_, err := filter.Expression(kind, expr)
		if err == nil {
			return nil
		}
		column := 1
		if wrong, ok := errors.AsType[*filter.Error](err); ok {
			column = 2 * wrong.Column
			if wrong.Near != "" {
				column++ // of two that come as far, the one that knows what was meant
			}
		}
		if column > best {
			best, nearest = column, err
		}
	}
	return nearest
}

// demoViews are examples, one or more for each kind.
func demoViews() []profile.View {
	return []profile.View{
		{Name: "stale", Expr: "unused && age > 180d"},
		{Name: "empty-handed", Expr: "servers == 0 && !protected"},
		{Name: "expiring", Expr: "used && expires < 30d"},
		{Name: "expired", Expr: "expired && !used"},
		{Name: "forgotten-groups", Expr: "unused && entries > 0"},
		{Name: "wide-open", Expr: `covers("0.0.0.0/0") || covers("::/0")`},
		{Name: "offline", Expr: `health == "unhealthy" || !enabled`},
		{Name: "not-known", Expr: "unknown"},
	}
}
