package tui

import (
	"strings"
	"testing"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// No screen shows a secret: not the keys that sign the requests, and not the private keys that lists of certificates hold.
func TestNoScreenShowsASecret(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	h := a.recorded(t)
	who := a.Account()
	one := some(t, a.list(t, inventory.Certificates), 1, func(r inventory.Resource) bool { return r.Verdict.State == inventory.Unused })
	x := open(t, a.opts, 160, 48).see("listed just now")
	looks := 0
	look := func(seen ...string) {
		t.Helper()
		text := x.see(seen...).text()
		looks++
		for _, secret := range []string{who.SecretKey, who.Password, "PRIVATE KEY", simcloud.PrivateKeyMarker, "SDK-HMAC-SHA256", "X-Auth-Token"} {
			if strings.Contains(text, secret) {
				t.Errorf("the screen shows %q:\n%s", secret, text)
			}
		}
	}
	look("1 Pools")
	for _, tab := range []string{"3", "4", "2"} {
		x.press(tab)
		look("listed just now")
	}
	x.press("/", "ctrl+u", one[0].Ref.ID, "enter")
	look("/"+one[0].Ref.ID, " of ")
	x.press("d")
	look("Expires", "Fingerprint", "y raw") // beside the table there are fields too, but not these keys
	x.press("y")
	look(`"fingerprint"`)
	depth := x.depth()
	x.press("esc").back(depth - 1)
	x.press("ctrl+d")
	look("Delete 1 certificate")
	a.clock.pass(time.Second)
	x.confirm(a, "1")
	look("1 deleted (proved gone)")
	x.press("enter")
	look("POST certificates/batch-delete")
	x.press("esc").see("proved gone").press("h")
	look("Runs 1")
	x.press(":", "log", "enter")
	look("janitor.log", "run ends", "certificates/batch-delete")
	x.press("g")
	look("/elb/certificates")
	x.press("esc").see("Runs 1")
	x.press("q").see("proved gone").press("q").see("2 Certificates").press("ctrl+c").end()
	if strings.Contains(x.summary, who.SecretKey) || looks < 11 {
		t.Errorf("%d screens, summary %q", looks, x.summary)
	}
	if names, err := h.Names(); err != nil || len(names) != 1 {
		t.Errorf("%q, %v", names, err)
	}
}
