package main

import (
	"encoding/json"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"janitor/client/simcloud"
)

// harmless FILE: it holds none of the secrets of the simulated cloud, nor anything that looks like one.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: harmless FILE")
	}
	var who simcloud.Account
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("cloud.json")), &who))
	text := ts.ReadFile(args[0])
	for _, secret := range []string{
		who.SecretKey, who.Password, "not-the-password", "MIIF", "PRIVATE KEY", simcloud.PrivateKeyMarker, "SDK-HMAC-SHA256", "Signature=", "X-Auth-Token",
	} {
		if strings.Contains(text, secret) {
			ts.Fatalf("%s holds %q", args[0], secret)
		}
	}
}
