package detail

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/tui/internal/golden"
	"janitor/tui/theme"
)

// certificate is one that two load balancers serve, opened from a listener.
func certificate(look theme.Look) *Model {
	m := show(inventory.Resource{
		Ref:  inventory.Ref{Kind: inventory.Certificates, ID: "6f3c9d52a1b04c0e9e8a7d6b5c4f3e21"},
		Name: "wildcard-example-com-2026",
		Object: &client.Certificate{
			ID: "6f3c9d52a1b04c0e9e8a7d6b5c4f3e21", Name: "wildcard-example-com-2026", Type: "server", Domain: "*.example.com,example.com",
		},
		Verdict: inventory.Verdict{State: inventory.InUse, Signs: []string{"expires in 12 d"}, Reasons: []inventory.Reason{
			{Text: "listener web-443", Via: "default_tls_container_ref", By: "0b5a5f0e-1111-4d5c-9c57-3f6f0a5b8d01"},
			{Text: "SNI of listener shop-and-checkout-of-the-european-region-443", Via: "sni_container_refs", By: "0b5a5f0e-2222-4d5c-9c57-3f6f0a5b8d02"},
			{Text: "SNI of listener 中文-443", Via: "sni_container_refs", By: "0b5a5f0e-3333-4d5c-9c57-3f6f0a5b8d03"},
		}},
	}, false)
	m.env.Theme.Set(look)
	m.env.Now = func() time.Time { return time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC) }
	m.trail = append([]string{"pool api-v2", "listener web-443"}, m.trail...)
	bring(m, []inventory.Branch{
		listed("listener web-443", "default_tls_container_ref", listed("load balancer edge-prod", "loadbalancers")),
		listed("SNI of listener shop-and-checkout-of-the-european-region-443", "sni_container_refs",
			inventory.Branch{Text: "load balancer 3c1d7a55-40f5-4b0e-8f43-7c3a59a3f0aa", Via: "loadbalancers", Note: "not listed"}),
		listed("SNI of listener 中文-443", "sni_container_refs",
			inventory.Branch{Text: "load balancer edge-prod", Via: "loadbalancers", Note: "seen above", Listed: true}),
		{Note: "4 more"},
	}, nil)
	return m
}

func TestGolden(t *testing.T) {
	for _, test := range []struct {
		name string
		w, h int // of the whole frame
		look theme.Look
		keys string
	}{
		{"80x24", 80, 24, theme.Look{NoColor: true}, "jj"},
		{"80x24-below", 80, 24, theme.Look{NoColor: true}, "jjjjjjjjjjj"},
		{"120x36", 120, 36, theme.Look{NoColor: true}, "jj"},
		{"40x20", 40, 20, theme.Look{NoColor: true}, "G"},
		{"dark", 80, 24, theme.Look{Dark: true}, "jj"},
		{"no-colour", 80, 24, theme.Look{NoColor: true}, "jj"},
	} {
		m := certificate(test.look)
		view := m.View(test.w, test.h-2)
		for _, key := range test.keys {
			press(m, key)
			view = m.View(test.w, test.h-2)
		}
		if strings.Contains(test.name, "x") {
			view = ansi.Strip(view)
		}
		golden.Check(t, test.name+".txt", golden.Trim(strings.ReplaceAll(view, "\x1b", "␛")))
	}
}
