package simcloud

import "time"

// Chaos is a script of moderate trouble, in which all that can be deleted can still be deleted by a client that looks
// before it repeats anything.
func Chaos(seed uint64) Script {
	const (
		v3        = "/v3/*/elb/**"
		lbaas     = "/v2.0/lbaas/**"
		batch     = "/v3/*/elb/*/batch-delete"
		gateways  = "/v2/**"
		server    = "/v2/**/vpc-channels/*/members/*"
		badGate   = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>\r\n"
		html      = "text/html"
		otherWord = "DELETED"
	)
	return Script{Seed: seed, Rules: []Rule{
		{Name: "load balancers take a while", Path: v3, Also: true, Do: Act{Pending: 200 * time.Millisecond}},
		{Name: "load balancers take a while", Path: lbaas, Also: true, Do: Act{Pending: 200 * time.Millisecond}},
		{Name: "slow", Chance: 0.06, Also: true, Do: Act{Delay: 300 * time.Millisecond, Hold: 300 * time.Millisecond}},
		{Name: "tokens revoked", Path: v3, From: 8, Every: 20, Also: true, Do: Act{Revoke: true}},

		{Name: "quota stated", Path: v3, From: 4, Chance: 0.08, Do: Act{Throttle: &Throttle{Limit: 40, Per: time.Second}}},
		{Name: "quota with a time", Path: lbaas, Chance: 0.05, Do: Act{Throttle: &Throttle{RetryAfter: time.Second}}},
		{Name: "throttled as 500", Path: gateways, Chance: 0.05, Do: Act{Throttle: &Throttle{As500: true, Limit: 20, Per: time.Second}}},
		{Name: "bad gateway", Method: "GET", Chance: 0.04, Do: Act{Status: 502, Body: badGate, ContentType: html}},

		{Name: "another client uses one", Path: batch, From: 2, Every: 7, Also: true, Do: Act{Before: []Hand{{Use: Asked}}}},
		{Name: "another client deletes one", Path: batch, From: 1, Every: 6, Also: true, Do: Act{Before: []Hand{{Delete: Asked}}}},
		{Name: "answers lost", Method: "POST", Path: batch, Chance: 0.2, Do: Act{Cut: After}},
		{Name: "requests lost", Method: "POST", Path: batch, Chance: 0.1, Do: Act{Cut: Before}},
		{Name: "answers lost in the gateway", Method: "POST", Path: batch, Chance: 0.1, Do: Act{Status: 502, Body: badGate, ContentType: html, Applied: true}},
		{Name: "answers in part", Path: batch, Chance: 0.4, Do: Act{Batch: &Batch{Omit: 1}}},
		{Name: "answers twice", Path: batch, Chance: 0.2, Do: Act{Batch: &Batch{Contradict: 1}}},
		{Name: "answers in other words", Path: batch, Chance: 0.2, Do: Act{Batch: &Batch{RetStatus: otherWord}}},

		{Name: "too many at a time", Method: "DELETE", Path: server, Chance: 0.1, Do: Act{Status: 500, Code: "APIG.9999", Message: "System error"}},
		{Name: "answers lost", Method: "DELETE", Path: server, Chance: 0.1, Do: Act{Cut: After}},
		{Name: "answers lost", Method: "DELETE", Path: lbaas, Chance: 0.1, Do: Act{Cut: After}},
	}}
}
