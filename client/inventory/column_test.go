package inventory

import "testing"

func TestAnAddressWithItsPort(t *testing.T) {
	for _, c := range []struct{ host, port, want string }{
		{"10.0.0.5", "8080", "10.0.0.5:8080"},
		{"fd00::1", "80", "[fd00::1]:80"},
		{"web-1 (0a1b2c3d…)", "443", "web-1 (0a1b2c3d…):443"},
		{"fd00::1", "", "fd00::1"},
		{"10.0.0.5", "0", "10.0.0.5"},
		{"", "80", ""},
	} {
		if got := withPort(c.host, c.port); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.host, c.port, got, c.want)
		}
	}
}

func TestFoldedOrder(t *testing.T) {
	order := []string{"", "alpha", "Beta", "beta", "beta-2", "Gamma", "gammä", "Äpfel", "äpfel", "Äpfel 2", "名前", "名前 2", "名字"}
	for i, a := range order {
		for j, b := range order {
			got := fold(a, b)
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%q and %q: %d", a, b, got)
			}
		}
	}
}
