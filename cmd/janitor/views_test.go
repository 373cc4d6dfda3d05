package main

import (
	"errors"
	"strings"
	"testing"

	"janitor/client/profile"
)

func TestEveryViewOfTheDemoFitsAKind(t *testing.T) {
	views, err := checkViews(demoViews())
	if err != nil || len(views) != len(demoViews()) {
		t.Errorf("%v, %v", views, err)
	}
}

func TestAViewThatFitsNoKindIsRefusedWithItsPlace(t *testing.T) {
	for expr, wants := range map[string][]string{
		"unused && agge > 180d":              {"column 11", `"agge"`, "did you mean age?"},
		"unused && age > 180":                {"column 17", "no unit", "180d"},
		"unused &&":                          {"column 10"},
		"expires < 30d && expird":            {"column 18", "expired?"}, // of certificates, which come furthest
		"servers == 0 && expires < 30d":      {"column 17", `"expires"`},
		strings.Repeat("(", 2000) + "unused": {"column"},
	} {
		_, err := checkViews([]profile.View{{Name: "fine", Expr: "unused"}, {Name: "bad", Expr: expr, Where: "config.yaml:7"}})
		if status(err) != statusUsage {
			t.Errorf("%.40q: %v, want a usage error", expr, err)
			continue
		}
		for _, want := range append(wants, "config.yaml:7", `view "bad"`) {
			if !strings.Contains(oneLine(err), want) {
				t.Errorf("%.40q: %q is missing: %s", expr, want, oneLine(err))
			}
		}
	}
	var f *failure
	if _, err := checkViews(nil); errors.As(err, &f) {
		t.Error(err)
	}
}
