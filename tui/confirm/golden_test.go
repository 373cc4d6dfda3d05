package confirm_test

import (
	"fmt"
	"strings"
	"testing"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/internal/golden"
	"janitor/tui/theme"
)

// mixed has one of everything: what goes first and along, what is left out, what can be taken out of use.
func mixed(detach bool) cleanup.Plan {
	p := plan(4, 2)
	p.Detach = detach
	p.Items[0].Takes, p.Items[0].Demands = "3 servers, 1 health monitor", true
	server := func(address string) cleanup.Prerequisite {
		return cleanup.Prerequisite{What: "server", Which: address, ID: address}
	}
	p.Items[0].Holds = []cleanup.Prerequisite{server("10.0.0.1:80"), server("10.0.0.2:80"), server("10.0.0.3:80"), {What: "health monitor", ID: "h"}}
	p.Items[1].Takes, p.Items[1].Holds = "1 server", []cleanup.Prerequisite{server("10.0.0.4:80")}
	p.LeftOut[1].CanDetach = true
	p.LeftOut[0].Why = `protected: "owned by payments"`
	p.Consequences = []inventory.Consequence{
		{Of: []inventory.Ref{p.Items[2].Resource.Ref}, Text: "web-002 is the only pool that port 8443 of lb-main has ever had; whatever sends traffic there is answered by nobody", Grade: inventory.Care},
		{Of: []inventory.Ref{p.Items[3].Resource.Ref}, Text: "web-003 has carried no traffic for 90 days", Grade: inventory.None},
	}
	p.Grade = inventory.Care
	if detach {
		out := p.LeftOut[1]
		p.LeftOut = p.LeftOut[:1]
		p.Items = append(p.Items, cleanup.Item{
			Resource: pool(5), Undo: inventory.NewID, Takes: "3 servers, 1 health monitor", Demands: true,
			Detaches: []cleanup.Prerequisite{{What: "policy", Which: "/images", ID: "1"}, {What: "default pool", Which: "of listener api-443", ID: "2"}}, Holds: p.Items[0].Holds,
		})
		p.Consequences = append(p.Consequences, inventory.Consequence{
			Of: []inventory.Ref{out.Ref}, Text: "listener api-443 has no pool left: it answers 503", Grade: inventory.Danger, Name: "api-443",
		})
		p.Grade = inventory.Danger
	}
	return p
}

func TestGolden(t *testing.T) {
	long := []string{"a-name-of-forty-characters-as-they-come-1", "b-name-of-forty-characters-as-they-come-2", "c-name-of-forty-characters-as-they-come-3"}
	for i := range long {
		long[i] = long[i][:40]
	}
	for name, c := range map[string]struct {
		plan cleanup.Plan
		keys string
	}{
		"detach-offered":    {mixed(false), ""},
		"detach-focused":    {mixed(false), "tab"},
		"detach-chosen":     {mixed(true), `"api-4"`},
		"may-be-offered":    {doubtful(false), "tab tab"},
		"may-be-chosen":     {doubtful(true), ""},
		"danger-one-name":   {dangers("office-acl", "office-acl"), `"office-acl"`},
		"danger-two-names":  {dangers("office-acl", "home-acl"), `"office-acl," space "ho"`},
		"danger-long-names": {dangers(long...), `"` + strings.Join(long[:2], `," space "`) + `"`},
		"danger-many":       {dangers("a", "b", "c", "d", "e", "f"), ""},
		"nothing-but-used":  {onlyUsed(), ""},
	} {
		for _, size := range [][2]int{{80, 24}, {120, 36}} {
			file := fmt.Sprintf("%s-%dx%d.txt", name, size[0], size[1])
			t.Run(file, func(t *testing.T) {
				got := ready(c.plan).press(c.keys).text(size[0], size[1])
				golden.Check(t, file, strings.Trim(golden.Trim(got), "\n")+"\n")
			})
		}
	}
}

// TestGoldenLooks: what is dangerous, and which button has the focus, in every look. Escape characters are written as ␛.
func TestGoldenLooks(t *testing.T) {
	for name, look := range map[string]theme.Look{
		"dark":             {Dark: true},
		"light":            {},
		"16-colours-dark":  {Dark: true, Basic: true},
		"16-colours-light": {Basic: true},
		"no-colour":        {NoColor: true},
	} {
		for focus, typed := range map[string]string{"cancel": "", "delete": `"api-443"`} {
			file := fmt.Sprintf("look-%s-%s.txt", name, focus)
			t.Run(file, func(t *testing.T) {
				d := ready(mixed(true)).press(typed)
				d.theme.Set(look)
				golden.Check(t, file, strings.ReplaceAll(d.View(80, 20), "\x1b", "␛")+"\n")
			})
		}
	}
}

// doubtful has two that may be in use, left out or taken in, beside what can be taken out of use.
func doubtful(taken bool) cleanup.Plan {
	p := mixed(false)
	for i := range 2 {
		r := pool(10 + i)
		r.Verdict = inventory.Verdict{State: inventory.Unknown, Reasons: []inventory.Reason{{Text: "listeners could not be listed: needs elb:listeners:list (403)"}}}
		if !taken {
			p.LeftOut = append(p.LeftOut, cleanup.LeftOut{Ref: r.Ref, Label: r.Name, Why: "not known to be unused: " + r.Verdict.Reasons[0].Text, CanTake: true})
			continue
		}
		p.Items = append(p.Items, cleanup.Item{Resource: r, Undo: inventory.NewID})
		p.Consequences = append(p.Consequences, inventory.Consequence{
			Of: []inventory.Ref{r.Ref}, Text: r.Name + " may be in use: " + r.Verdict.Reasons[0].Text, Grade: inventory.Danger, Name: r.Name,
		})
		p.Grade = inventory.Danger
	}
	return p
}

// onlyUsed has nothing to delete unless it is taken out of use.
func onlyUsed() cleanup.Plan {
	p := plan(0, 2)
	for i := range p.LeftOut {
		p.LeftOut[i].CanDetach = true
	}
	return p
}
