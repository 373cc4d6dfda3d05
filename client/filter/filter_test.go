package filter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/filter"
	"janitor/client/inventory"
)

// The rows that the language tests ask about; a test changes what it needs.
func samplePool() inventory.Resource {
	return inventory.Resource{
		Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.Pools, ID: "id-0001"}, Name: "Prod-Web-Größe",
		Created: client.At(now.Add(-100 * 24 * time.Hour)),
		Object: &inventory.Pool{Pool: client.Pool{
			Protocol: "HTTP", Description: "owned by payments", Members: client.NewIDs("m-1", "m-2"),
			LoadBalancers: client.NewIDs("lb-1"), Listeners: client.NewIDs(), HealthMonitorID: "hm-1",
		}},
		Verdict: inventory.Verdict{
			State: inventory.InUse,
			Reasons: []inventory.Reason{
				{Text: "listener api-443", Via: "default_pool_id", By: "listener-1"}, {Text: "policy /images", Via: "redirect_pool_id", By: "policy-1"},
			},
			Signs: []string{"all members offline"},
		},
	}
}

func unknownPool() inventory.Resource {
	r := samplePool()
	r.Created = client.Time{}
	r.Object = &inventory.Pool{}
	r.Verdict = inventory.Verdict{Reasons: []inventory.Reason{{Text: "l7policies could not be listed: 403"}}}
	return r
}

func sampleCertificate() inventory.Resource {
	return inventory.Resource{
		Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.Certificates, ID: "cert-1"}, Name: "api", Created: client.At(time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)),
		Object: &client.Certificate{
			Type: "server", Domain: "a.example.com,b.example.com", CommonName: "c.example.com", AlternativeNames: "A.example.com",
			ExpireTime: client.At(now.Add(-40 * 24 * time.Hour)),
		},
		Verdict: inventory.Verdict{State: inventory.Unused, Signs: []string{"expired"}},
	}
}

type question struct {
	filter string
	want   filter.Answer
}

func ask(t *testing.T, r inventory.Resource, questions []question) {
	t.Helper()
	k := kind(t, r.Ref.Kind)
	for _, q := range questions {
		f, err := filter.New(k, q.filter)
		if err != nil {
			t.Errorf("%s: %v", q.filter, err)
			continue
		}
		if got := f.Match(&r, now); got != q.want {
			t.Errorf("%s of %s %s: %s, want %s", q.filter, k.One, r.Name, got, q.want)
		}
		if f.String() != q.filter {
			t.Errorf("%q became %q", q.filter, f)
		}
	}
}

func TestWords(t *testing.T) {
	ask(t, samplePool(), []question{
		{"", filter.Yes},
		{"   ", filter.Yes},
		{"web", filter.Yes},
		{"WEB prod", filter.Yes},
		{"web staging", filter.No},
		{"!web", filter.No},
		{"!staging", filter.Yes},
		{"web !staging !nothing", filter.Yes},
		{"!", filter.Yes},
		{"! web", filter.No},
		{"! staging web", filter.Yes},
		{"web !", filter.Yes},
		{"GRÖSSE", filter.No}, // ß is no pair of letters
		{"GRÖßE", filter.Yes},
		{"id-0001", filter.Yes},
		{"in use", filter.Yes}, // two words of the verdict
		{"/images", filter.Yes},
		{"offline", filter.Yes},
		{"100", filter.Yes}, // days of age
		{"http", filter.Yes},
		{"payments", filter.No}, // no table shows the description
		{"a=b", filter.No},
	})
}

func TestExpressions(t *testing.T) {
	ask(t, samplePool(), []question{
		{`=used && age > 90d && name startsWith "prod-"`, filter.Yes},
		{`  =used`, filter.Yes},
		{`=used and not unused`, filter.Yes},
		{`=unused or unknown`, filter.No},
		{`=used || unused && unknown`, filter.Yes}, // && binds first
		{`=(used || unused) && unknown`, filter.No},
		{`=!(used && name startsWith "prod-")`, filter.No},
		{`=true`, filter.Yes},
		{`=used == true and unused != true`, filter.Yes},
		{`=worth && !protected`, filter.Yes},

		{`=name == "prod-web-GRÖßE"`, filter.Yes},
		{`=name != "prod-web-größe"`, filter.No},
		{`=name endsWith "GRÖßE"`, filter.Yes},
		{`=name contains "-WEB-"`, filter.Yes},
		{`=name contains "öß"`, filter.Yes},
		{`=name contains "öd"`, filter.No},
		{`=name contains ""`, filter.Yes},
		{`=name contains("-web-")`, filter.Yes}, // the operator, whatever it looks like
		{`=name not contains ("staging")`, filter.Yes},
		{`=not (name contains 'web')`, filter.No},
		{`=name matches "^Prod"`, filter.Yes},
		{`=name matches "^prod"`, filter.No},
		{`=name matches "(?i)^prod"`, filter.Yes},
		{"=name matches `^\\w+-\\w+-`", filter.Yes},
		{`=name in ["x", "prod-web-größe"]`, filter.Yes},
		{`=name not in ["x"]`, filter.Yes},
		{`=description contains "payments"`, filter.Yes},
		{`=protocol == "http"`, filter.Yes},
		{`=type == "Dedicated"`, filter.Yes},
		{`=type in ["shared"]`, filter.No},

		{`=servers == 2 && servers >= 2 && servers < 2.5 && 1 < servers <= 2`, filter.Yes},
		{`=servers in [1, 2]`, filter.Yes},
		{`=servers == listeners`, filter.No},
		{`=servers > listeners and listeners < servers`, filter.Yes},
		{`=servers > 1.05 and servers < 2.05`, filter.Yes},
		{`=servers > -1`, filter.Yes},
		{`=monitor`, filter.Yes},

		{`=age > 99d && age < 101d`, filter.Yes},
		{`=age > 14w and age < 15w and age < 1y and age > 2300h and age > 143000min and age > 0.2y`, filter.Yes},
		{`=90d < age < 110d`, filter.Yes},
		{`=age >= 100d and age <= 100d`, filter.Yes},
		{`=created < "2026-01-31" and created < date("2026-01-31")`, filter.Yes},
		{`=date("2025-01-01") < created`, filter.Yes},

		{`="lb-1" in lb`, filter.Yes},
		{`="LB-2" in lb`, filter.No},
		{`=len(lb) == 1`, filter.Yes},
		{`="all members offline" in signs`, filter.Yes},
		{`=any(signs, # contains "OFFLINE")`, filter.Yes},
		{`=len(reasons) > 1 && count(reasons) == 2`, filter.Yes},
		{`=any(reasons, .via == "default_pool_id")`, filter.Yes},
		{`=any(reasons, {.via == "x" || .by == "policy-1"})`, filter.Yes},
		{`=any(reasons, #.text contains "images")`, filter.Yes},
		{`=all(reasons, .by != "")`, filter.Yes},
		{`=none(reasons, .via == "sni_container_refs")`, filter.Yes},
		{`=one(reasons, .text startsWith "listener")`, filter.Yes},
		{`=one(reasons, .by != "")`, filter.No},
		{`=count(reasons, .via endsWith "_pool_id") == 2`, filter.Yes},
		{`=any(reasons, .by == id)`, filter.No},
		{`=why contains "images"`, filter.Yes},
		{`=verdict == "in use" && verdict in ["unused", "IN USE"]`, filter.Yes},
		{`=verdict != "unused"`, filter.Yes},
	})
	ask(t, sampleCertificate(), []question{
		{`=expired && expires < 0d`, filter.Yes},
		{`=expires < -30d && expires > -41d`, filter.Yes},
		{`="B.example.com" in domain`, filter.Yes},
		{`=len(domain) == 3`, filter.Yes},
		{`=any(domain, # startsWith "a.")`, filter.Yes},
		{`=unused && "expired" in signs`, filter.Yes},
		// A day is all of it, in UTC.
		{`=created > "2026-01-31"`, filter.No},
		{`=created >= "2026-01-31"`, filter.Yes},
		{`=created <= "2026-01-31"`, filter.Yes},
		{`=created < "2026-01-31"`, filter.No},
		{`="2026-01-30" < created`, filter.Yes},
		{`="2026-01-31" >= created`, filter.Yes},
		{`=created > "2026-01-31 09:59" && created < "2026-01-31T10:01"`, filter.Yes},
		{`=created >= "2026-01-31T10:00:00Z" && created < "2026-01-31T12:00:01+02:00"`, filter.Yes},
	})
}

// What is not known is neither true nor false, and what is true without it stays true.
func TestUndecided(t *testing.T) {
	ask(t, unknownPool(), []question{
		{`=age > 90d`, filter.Undecided},
		{`=age <= 90d`, filter.Undecided},
		{`=!(age > 90d)`, filter.Undecided},
		{`=not (not (age > 90d))`, filter.Undecided},
		{`=created < "2026-01-31"`, filter.Undecided},
		{`=protocol == "HTTP"`, filter.Undecided},
		{`=protocol != "HTTP"`, filter.Undecided},
		{`=protocol in ["HTTP"]`, filter.Undecided},
		{`=protocol not in ["HTTP"]`, filter.Undecided},
		{`=protocol matches "."`, filter.Undecided},
		{`=protocol == name`, filter.Undecided},
		{`=name == protocol`, filter.Undecided},
		{`=name != protocol`, filter.Undecided},
		{`=name contains protocol`, filter.Undecided},
		{`=name not contains protocol`, filter.Undecided},
		{`="x" startsWith protocol`, filter.Undecided},
		{`=true || age > 90d`, filter.Yes},
		{`=age > 90d || true`, filter.Yes},
		{`=age > 90d && false`, filter.No},
		{`=age > 90d && true`, filter.Undecided},
		{`=(age > 90d) == true`, filter.Undecided},
		{`=(age > 90d) != (age > 90d)`, filter.Undecided},

		{`=unknown`, filter.Yes},
		{`=unused`, filter.Undecided},
		{`=!unused`, filter.Undecided},
		{`=!used`, filter.Undecided},
		{`=!protected`, filter.Undecided},
		{`=verdict == "unknown"`, filter.Yes},
		{`=verdict != "unknown"`, filter.No},
		{`=verdict == "unused"`, filter.Undecided},
		{`=verdict != "in use"`, filter.Undecided},
		{`=verdict in ["unused", "unknown"]`, filter.Yes},
		{`=verdict not in ["in use", "protected"]`, filter.Undecided},

		// Reasons of an unknown verdict tell what is missing; more may come.
		{`=any(reasons, .text contains "l7policies")`, filter.Yes},
		{`=any(reasons, .via == "listeners")`, filter.Undecided},
		{`=none(reasons, .via == "listeners")`, filter.Undecided},
		{`=none(reasons, .text contains "l7policies")`, filter.No},
		{`=all(reasons, .via == "")`, filter.Undecided},
		{`=all(reasons, .via == "listeners")`, filter.No},
		{`=one(reasons, .text contains "l7policies")`, filter.Undecided},
		{`=len(reasons) == 1`, filter.Undecided},
		{`=count(reasons, .via == "listeners") == 0`, filter.Undecided},
		{`=why contains "could not"`, filter.Yes},
		{`=why not contains "listener"`, filter.Undecided},
		{`=worth`, filter.No},
		{`=len(signs) == 0`, filter.Yes},
	})

	// Signs of a verdict that is partial: these there are, more may come.
	partial := samplePool()
	partial.Verdict.Partial = true
	ask(t, partial, []question{
		{`=worth`, filter.Yes},
		{`="all members offline" in signs`, filter.Yes},
		{`="expired" in signs`, filter.Undecided},
		{`="expired" not in signs`, filter.Undecided},
		{`=name in signs`, filter.Undecided},
		{`=any(signs, # contains "offline")`, filter.Yes},
		{`=any(signs, # == "expired")`, filter.Undecided},
		{`=none(signs, # == "expired")`, filter.Undecided},
		{`=none(signs, # contains "offline")`, filter.No},
		{`=all(signs, # contains "offline")`, filter.Undecided},
		{`=all(signs, # == "expired")`, filter.No},
		{`=one(signs, # contains "offline")`, filter.Undecided},
		{`=len(signs) == 1`, filter.Undecided},
		{`=count(signs, # == "expired") == 0`, filter.Undecided},
		{`=used && len(reasons) == 2`, filter.Yes}, // the verdict itself is known
	})
	partial.Verdict.Signs = nil
	ask(t, partial, []question{
		{`=worth`, filter.Undecided},
		{`=!worth`, filter.Undecided},
		{`=len(signs) == 0`, filter.Undecided},
	})
	ask(t, inventory.Resource{
		Ref: inventory.Ref{Kind: inventory.Certificates, ID: "c"}, Object: &client.Certificate{},
	}, []question{
		{`=expired`, filter.Undecided},
		{`=!expired`, filter.Undecided},
		{`=expires < 30d`, filter.Undecided},
		{`=age > expires`, filter.Undecided},
		{`=source != "scm"`, filter.Undecided},
		{`="a.example.com" in domain`, filter.Undecided},
		{`=none(domain, # == "a.example.com")`, filter.Undecided},
		{`=len(domain) == 0`, filter.Undecided},
		{`=description == ""`, filter.Yes},
	})
}

func TestAddresses(t *testing.T) {
	byName := map[string]inventory.Resource{}
	var objects []map[string]any
	for _, ip := range []string{"10.1.0.0/16", "10.1.2.3", "10.1.2.0-10.1.3.9", "2001:db8::/32", "nonsense", "::/0"} {
		objects = append(objects, map[string]any{"ip": ip, "description": ""})
	}
	for _, r := range children(t, inventory.Entries, objects) {
		byName[r.Name] = r
	}
	for _, q := range []struct{ entry, filter, want string }{
		{"10.1.0.0/16", `=covers("10.1.2.0/24")`, "yes"},
		{"10.1.0.0/16", `=covers("10.0.0.0/8")`, "no"},
		{"10.1.0.0/16", `=covers("10.1.0.0-10.1.255.255")`, "yes"},
		{"10.1.0.0/16", `=within("10.0.0.0/8")`, "yes"},
		{"10.1.0.0/16", `=within("10.1.0.0/16") && covers("10.1.0.0/16")`, "yes"},
		{"10.1.0.0/16", `=contains("10.1.2.3")`, "yes"},
		{"10.1.0.0/16", `=not contains("10.2.2.3")`, "yes"},
		{"10.1.0.0/16", `=used || contains ( "10.1.2.3" )`, "yes"},
		{"10.1.0.0/16", `=contains("::1")`, "no"},
		{"10.1.0.0/16", `=size == 65536 && size > 65535.5`, "yes"},
		{"10.1.2.3", `=within("10.1.2.3")`, "yes"},
		{"10.1.2.0-10.1.3.9", `=within("10.1.0.0/16") && covers("10.1.3.0-10.1.3.9")`, "yes"},
		{"10.1.2.0-10.1.3.9", `=covers("10.1.3.0/24")`, "no"},
		{"2001:db8::/32", `=covers("2001:db8:1::/48") && size > 9007199254740991`, "yes"},
		{"::/0", `=contains("10.1.2.3")`, "no"},
		{"nonsense", `=contains("10.1.2.3")`, "undecided"},
		{"nonsense", `=!within("10.0.0.0/8")`, "undecided"},
		{"nonsense", `=size < 2`, "undecided"},
		{"nonsense", `=entry == "NONSENSE" && group == "office" && note == ""`, "yes"},
	} {
		f, err := filter.New(kind(t, inventory.Entries), q.filter)
		if err != nil {
			t.Errorf("%s: %v", q.filter, err)
			continue
		}
		r := byName[q.entry]
		if got := f.Match(&r, now).String(); got != q.want {
			t.Errorf("%s of %s: %s, want %s", q.filter, q.entry, got, q.want)
		}
	}
}

// Letters that are one letter in two spellings are the same, wherever they stand.
func TestCases(t *testing.T) {
	r := samplePool()
	r.Name = "\u212Aelvin-ſtraße-K"
	ask(t, r, []question{
		{`=name == "kelvin-straße-k"`, filter.Yes},
		{`=name startsWith "KELVIN-S"`, filter.Yes},
		{`=name endsWith "E-` + "\u212A" + `"`, filter.Yes},
		{`=name contains "N-STRA"`, filter.Yes},
		{`=name endsWith "x-` + "\u212Aelvin-ſtraße-K" + `"`, filter.No},
		{"kelvin-s", filter.Yes},
	})
}

func TestExpressionWithoutSign(t *testing.T) {
	r := samplePool()
	for _, text := range []string{`used && servers == 2`, `=used && servers == 2`, ` = used && servers == 2`} {
		f, err := filter.Expression(kind(t, inventory.Pools), text)
		if err != nil || f.Match(&r, now) != filter.Yes || f.Words() {
			t.Errorf("%s: %v, %v", text, f, err)
		}
		if got := strings.TrimSpace(filter.Bare(text)); got != "used && servers == 2" {
			t.Errorf("%s without its sign is %q", text, got)
		}
	}
	for text, column := range map[string]int{``: 1, `=`: 2, `==used`: 2, `= =used`: 3, `used =`: 6} {
		var bad *filter.Error
		if _, err := filter.Expression(kind(t, inventory.Pools), text); !errors.As(err, &bad) || bad.Column != column {
			t.Errorf("%s: %v, want an error in column %d", text, err, column)
		}
	}
}

// What is plain words on the screen is no expression: the error says how it is written.
func TestPlainWordsInPlaceOfAnExpression(t *testing.T) {
	const hint = "plain words are the screen's, here write "
	for _, e := range []struct {
		kind         inventory.KindID
		filter, want string
	}{
		{inventory.Pools, `web`, `pools have no field "web": ` + hint + `name contains "web"`},
		{inventory.Pools, `web prod-2`, `prod is not expected here: ` + hint + `name contains "web" && name contains "prod-2"`},
		{inventory.Pools, `!prod`, hint + `!(name contains "prod")`},
		{inventory.Pools, `web-blue`, hint + `name contains "web-blue"`},
		{inventory.Pools, `在庫`, hint + `name contains "在庫"`},
		{inventory.Entries, `10.2`, hint + `name contains "10.2"`},
		{inventory.Pools, `unusd`, `did you mean unused?`},
		{inventory.Pools, `web unused`, ""},
		{inventory.Pools, `web && blue`, ""},
		{inventory.Pools, `=web`, ""},
		{inventory.Pools, `agge > 90d`, ""},
		{inventory.Pools, `not`, ""},
	} {
		_, err := filter.Expression(kind(t, e.kind), e.filter)
		switch {
		case err == nil:
			t.Errorf("%s is no expression", e.filter)
		case e.want == "" && strings.Contains(err.Error(), hint), !strings.Contains(err.Error(), e.want):
			t.Errorf("%s: %v\nwant %s", e.filter, err, e.want)
		}
	}
}

// Every kind has usable names, each once, and fields with a meaning.
func TestFields(t *testing.T) {
	for _, k := range inventory.Kinds() {
		seen := map[string]bool{}
		for _, name := range filter.Names(k) {
			if seen[name] {
				t.Errorf("%s: %s stands for two things", k.ID, name)
			}
			seen[name] = true
		}
		for _, f := range filter.Fields(k) {
			if f.Means == "" {
				t.Errorf("%s: %s means nothing", k.ID, f.Name)
			}
			spelt := map[string]string{"text": f.Name + ` == ""`, "yes or no": f.Name, "number": f.Name + " > 1", "number of addresses": f.Name + " > 1",
				"length of time": f.Name + " > 1d", "point in time": f.Name + ` > "2026-01-31"`, "list of words": `"x" in ` + f.Name,
				"list of reasons": "len(" + f.Name + ") > 1", "addresses": `covers("10.0.0.1")`}[f.Type]
			if f.OneOf != nil {
				spelt = f.Name + ` == "` + f.OneOf[0] + `"`
			}
			if _, err := filter.Expression(k, spelt); err != nil {
				t.Errorf("%s: %s: %v", k.ID, spelt, err)
			}
		}
		for _, name := range []string{"name", "id", "verdict", "unused", "used", "protected", "unknown", "worth", "why", "reasons", "signs"} {
			if !seen[name] {
				t.Errorf("%s have no field %s", k.ID, name)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, e := range []struct {
		kind   inventory.KindID
		filter string
		column int
		near   string
		text   string // part of what is said
	}{
		{inventory.Pools, `=agge > 90d`, 2, "age", `pools have no field "agge"`},
		{inventory.Pools, `=unused && (agee > 90d)`, 13, "age", "no field"},
		{inventory.Pools, `=name == "日本 ü" && unusd`, 20, "unused", "no field"},
		{inventory.Pools, "  =unusd", 4, "unused", "no field"},
		{inventory.Pools, `=AGE > 1d`, 2, "age", "no field"},
		{inventory.Pools, `=desc == "x"`, 2, "description", "no field"},
		{inventory.Pools, `=zzzzzzzzz`, 2, "", "no field"},
		{inventory.Entries, `=age > 90d`, 2, "", `entries have no field "age"`},
		{inventory.Pools, `=größe > 1`, 2, "", `no field "größe"`},

		{inventory.Pools, `=verdict == "unusd"`, 13, "unused", `verdict is never "unusd"`},
		{inventory.Pools, `=verdict != "inuse"`, 13, "in use", "never"},
		{inventory.Pools, `=verdict in ["unused", "unknwn"]`, 24, "unknown", "never"},
		{inventory.Pools, `="unusd" == verdict`, 2, "unused", "never"},
		{inventory.Pools, `=type == "share"`, 10, "shared", "never"},
		{inventory.Channels, `=kind == "builtins"`, 10, "builtin", "never"},
		{inventory.Members, `=health != "unhelthy"`, 12, "unhealthy", "never"},
		{inventory.Pools, `=verdict startsWith "un"`, 10, "", "compare it with == or in"},
		{inventory.Pools, `=name endsWith verdict`, 7, "", `verdict says one of "unused", "in use"`},
		{inventory.Pools, `=verdict endsWith name`, 10, "", `verdict says one of "unused", "in use"`},
		{inventory.Pools, `=verdict == name`, 10, "", `verdict is compared with one of its words only: "unused", "in use"`},
		{inventory.Pools, `=name != verdict`, 7, "", `verdict is compared with one of its words only: "unused", "in use"`},

		{inventory.Pools, `=age > 90`, 8, "", "min, h, d, w or y (365 days)"},
		{inventory.Pools, `=age > 90 d`, 8, "", "write 90d without a space"},
		{inventory.Pools, `=age > 90x`, 10, "", `no unit "x": a length of time has min, h, d, w or y`},
		{inventory.Pools, `=age > 90m`, 10, "", "unit"},
		{inventory.Pools, `=age > 1e3`, 9, "", "unit"},
		{inventory.Pools, `=age > 0x10`, 9, "", "unit"},
		{inventory.Pools, `=servers > 90d`, 12, "", "servers is a number and 90d is a length of time"},
		{inventory.Pools, `=servers == 90d`, 13, "", "cannot be compared"},
		{inventory.Pools, `=age > "90d"`, 8, "", "cannot be compared"},
		{inventory.Pools, `=age > servers`, 8, "", "cannot be compared"},
		{inventory.Pools, `=age == 90d`, 6, "", "never exactly"},
		{inventory.Pools, `=created == "2026-01-31"`, 10, "", "never exactly"},
		{inventory.Pools, `=created < "31.1.2026"`, 12, "", "no date"},
		{inventory.Pools, `=created < "2026-02-30"`, 12, "", "no date"},
		{inventory.Pools, `=created < 90d`, 12, "", "cannot be compared"},
		{inventory.Pools, `=servers > 9007199254740992`, 12, "", "too large"},
		{inventory.Pools, `=servers > 1.`, 13, "", "both sides"},
		{inventory.Pools, `=servers > .5`, 12, "", "both sides"},

		{inventory.Pools, `=name`, 2, "", `name is text, not yes or no: compare it, as in name contains "…"`},
		{inventory.Pools, `=verdict`, 2, "", `compare it, as in verdict == "…"`},
		{inventory.Pools, `=servers`, 2, "", "servers is a number, not yes or no: compare it, as in servers > 1"},
		{inventory.Pools, `=5`, 2, "", "5 is a number, not yes or no: compare it"},
		{inventory.Pools, `=unused && age`, 12, "", "age > 90d"},
		{inventory.Pools, `=signs`, 2, "", `a list of words, not yes or no: ask "…" in signs`},
		{inventory.Pools, `=reasons`, 2, "", "a list of reasons, not yes or no: ask any(reasons, .text"},
		{inventory.Entries, `=addresses`, 2, "", `addresses, not yes or no: ask covers("…")`},
		{inventory.Pools, `=["a"]`, 2, "", "a list, not yes or no: write … in […]"},
		{inventory.Pools, `=not name == "x"`, 2, "", "write not(…) around"},
		{inventory.Pools, `=name < "x"`, 7, "", "no order"},
		{inventory.Pools, `=name == 1`, 10, "", "cannot be compared"},
		{inventory.Pools, `=unused == "yes"`, 12, "", "cannot be compared"},
		{inventory.Pools, `="name" startsWith "x"`, 9, "", "both fixed"},
		{inventory.Pools, `=1 < 2`, 4, "", "both fixed"},
		{inventory.Pools, `="a" in ["a"]`, 6, "", "both fixed"},
		{inventory.Pools, `=1 < servers < 90d`, 16, "", "cannot be compared"},
		{inventory.Pools, `=signs contains "x"`, 8, "", "list of words"},
		{inventory.Pools, `=signs == "x"`, 8, "", "list of words"},
		{inventory.Pools, `=reasons == "x"`, 10, "", "any(reasons"},
		{inventory.Pools, `="x" in reasons`, 9, "", "any(reasons"},
		{inventory.Pools, `="x" in name`, 9, "", "in is followed by a list"},
		{inventory.Pools, `=name == ["a"]`, 7, "", "a list is asked with in"},
		{inventory.Pools, `=["a"] in ["a"]`, 8, "", "a list is asked with in"},
		{inventory.Pools, `=["a"] in signs`, 11, "", "in is followed by a list"},
		{inventory.Pools, `=servers > [1]`, 10, "", "a list is asked with in"},
		{inventory.Pools, `=name in []`, 10, "", "empty list"},
		{inventory.Pools, `=name in [id]`, 11, "", "texts and numbers only"},
		{inventory.Entries, `=note in [covers("10.0.0.0/8")]`, 11, "", "texts and numbers only"},
		{inventory.Pools, `=name in [nam]`, 11, "name", "no field"},
		{inventory.Pools, `=name in [["a"]]`, 11, "", "texts and numbers only"},
		{inventory.Pools, `=name in ["a", 1]`, 16, "", "cannot be compared"},
		{inventory.Pools, `=servers matches "x"`, 2, "", "matches is for text"},
		{inventory.Pools, `=name startsWith 1`, 18, "", "followed by a text"},
		{inventory.Pools, `=name matches id`, 15, "", "in quotes"},
		{inventory.Pools, `=name matches "("`, 15, "", "missing closing )"},
		{inventory.Pools, "=name matches `(x{100}){100}`", 15, "", "invalid repeat count"},
		{inventory.Pools, "=name matches `(abc){900}`", 15, "", "repeats too much"},

		{inventory.Pools, `=any(reasons, .vai == "x")`, 16, "via", `a reason has no "vai"`},
		{inventory.Pools, `=any(reasons, # == "x")`, 15, "", "write .text, .via or .by"},
		{inventory.Pools, `=any(signs, .text == "x")`, 14, "", "write #"},
		{inventory.Pools, `=any(signs, #index == 1)`, 13, "", "write # alone"},
		{inventory.Pools, `=any(reasons, #index.text == "x")`, 22, "", "nothing to look into"},
		{inventory.Pools, `=any(name, # == "x")`, 6, "", "name is text: any goes through a list such as reasons, signs, lb"},
		{inventory.Pools, `=any(reasons)`, 13, "", ") is not expected here"},
		{inventory.Pools, `=any()`, 6, "", ") is not expected here"},
		{inventory.Pools, `=count() > 1`, 8, "", ") is not expected here"},
		{inventory.Pools, `=len() > 1`, 2, "", "takes one list"},
		{inventory.Pools, `=any(reasons, used, used)`, 21, "", "is not expected here"},
		{inventory.Pools, `=any(#, used)`, 6, "", "# is not expected here"},
		{inventory.Pools, `=any(reasons, .text)`, 16, "", ".text is text, not yes or no"},
		{inventory.Pools, `=any(reasons, any(signs, # == "x"))`, 15, "", "within the condition"},
		{inventory.Pools, `=any(reasons, len(signs) > 1)`, 15, "", "within the condition"},
		{inventory.Pools, `=.via == "x"`, 2, "", "not expected"},
		{inventory.Pools, `=reasons.via == "x"`, 10, "", "nothing to look into"},
		{inventory.Pools, `=reasons[0] == "x"`, 9, "", "nothing to look into"},
		{inventory.Pools, `=reasons["via"] == "x"`, 9, "", "nothing to look into"},
		{inventory.Pools, `=any(reasons, .via.text == "x")`, 20, "", "nothing to look into"},
		{inventory.Pools, `=name.startsWith("x")`, 7, "", "only functions can be called"},
		{inventory.Pools, `=len(name) > 1`, 6, "", "goes through a list"},
		{inventory.Pools, `=len(reasons, signs) > 1`, 2, "", "takes one list"},

		{inventory.Pools, `=covers("10.0.0.0/8")`, 2, "", "pools have no addresses"},
		{inventory.Pools, `=contains("10.0.0.1")`, 2, "", "pools have no addresses"},
		{inventory.Entries, `=cover("10.0.0.0/8")`, 2, "covers", `no function "cover"`},
		{inventory.Entries, `=covers`, 2, "", "is a function"},
		{inventory.Entries, `=used("x")`, 2, "", "is a field"},
		{inventory.Entries, `=covers("10.0.0.300")`, 9, "", "no address"},
		{inventory.Entries, `=covers("10.0.0.5/8")`, 9, "", "10.0.0.0/8 is"},
		{inventory.Entries, `=covers("10.0.0.9-10.0.0.1")`, 9, "", "no address"},
		{inventory.Entries, `=contains("10.0.0.0/8")`, 11, "", `covers("10.0.0.0/8")`},
		{inventory.Entries, `=covers(note)`, 2, "", "in quotes"},
		{inventory.Entries, `=covers("10.0.0.1", "10.0.0.2")`, 2, "", "in quotes"},
		{inventory.Entries, `=addresses == "10.0.0.1"`, 2, "", `covers("…")`},
		{inventory.Pools, `=lower(name) == "x"`, 2, "", `no function "lower"`},
		{inventory.Pools, `=filter(reasons, true)`, 2, "", `no function "filter"`},

		{inventory.Pools, `=`, 2, "", "an expression is missing"},
		{inventory.Pools, `=   `, 5, "", "an expression is missing"},
		{inventory.Pools, `=unused &&`, 11, "", "ends too early"},
		{inventory.Pools, `=unused unknown`, 9, "", "unknown is not expected here"},
		{inventory.Pools, `=unused "x"`, 9, "", `"x" is not expected here`},
		{inventory.Pools, `=name == "x" d`, 14, "", "d is not expected here"},
		{inventory.Pools, `=unused AND used`, 9, "", "write and"},
		{inventory.Pools, `=unused and and used`, 13, "", "and is not expected here"},
		{inventory.Pools, `=(unused`, 2, "", ") is missing"},
		{inventory.Pools, `=unused)`, 8, "", "no bracket is open"},
		{inventory.Pools, `=(unused]`, 9, "", "closed by )"},
		{inventory.Pools, `=name == "x`, 10, "", "does not end"},
		{inventory.Pools, `=name == "ü\d"`, 13, "", "backslash"},
		{inventory.Pools, `=name == "a` + "\n" + `b"`, 12, "", ""},
		{inventory.Pools, `=name = "x"`, 7, "", "write =="},
		{inventory.Pools, `=unused & used`, 9, "", "write && or and"},
		{inventory.Pools, `=reasons | any(.via == "x")`, 10, "", "write || or or"},
		{inventory.Pools, `=servers + 1 > 2`, 10, "", "do not calculate"},
		{inventory.Pools, `=servers - 1 > 2`, 10, "", "do not calculate"},
		{inventory.Pools, `=-servers > 2`, 2, "", "do not calculate"},
		{inventory.Pools, `=servers ** 2 > 2`, 10, "", "do not calculate"},
		{inventory.Pools, `=unused // used`, 9, "", "no comments"},
		{inventory.Pools, `=unused /* used */`, 9, "", "no comments"},
		{inventory.Pools, `=unused ? used : unknown`, 9, "", "has no place here"},
		{inventory.Pools, `=unused; used`, 8, "", "has no place here"},
		{inventory.Pools, `=let x = 1; unused`, 2, "", `filters have no "let"`},
		{inventory.Pools, `=if unused {used} else {unknown}`, 2, "", `filters have no "if"`},
		{inventory.Pools, `=name == nil`, 10, "", `filters have no "nil"`},
		{inventory.Pools, `=name == b"x"`, 10, "", "no bytes"},
		{inventory.Pools, `={"a": unused}`, 6, "", "has no place here"},
		{inventory.Pools, `={}`, 2, "", "has no place here"},
		{inventory.Pools, `=name[1:2] == "x"`, 8, "", `':' has no place here`},
		{inventory.Pools, `=servers in 1..3`, 14, "", "both sides"},
		{inventory.Pools, `=$__ > 1`, 2, "", "has no place here"},
		{inventory.Pools, `=unused::used`, 8, "", "has no place here"},
		{inventory.Pools, "=unused \xff", 9, "", "not a character"},
		{inventory.Pools, "=" + strings.Repeat("(", 51) + "unused" + strings.Repeat(")", 51), 52, "", "more than 50 brackets"},
		{inventory.Pools, "=" + strings.Repeat("!", 1000) + "unused", 1001, "", "1000 characters"},
		{inventory.Pools, strings.Repeat("ü", 1001), 1001, "", "1000 characters"},
	} {
		_, err := filter.New(kind(t, e.kind), e.filter)
		var bad *filter.Error
		switch {
		case !errors.As(err, &bad):
			t.Errorf("%s: %v, want an error", e.filter, err)
		case bad.Column != e.column || bad.Near != e.near || !strings.Contains(bad.Text, e.text):
			t.Errorf("%s\n got %d, near %q: %s\nwant %d, near %q: %s", e.filter, bad.Column, bad.Near, bad.Text, e.column, e.near, e.text)
		}
	}
}

// The sentence has all there is to know.
func TestErrorSentence(t *testing.T) {
	const fields = "There are: name, id, unused, used, protected, unknown, worth, verdict, why, reasons, signs, entries, " +
		"listeners, age, created, description"
	for text, want := range map[string]string{
		`=unused && agge > 90d`: `column 12: IP groups have no field "agge": did you mean age? ` + fields,
		`=zzzzzzzzz`:            `column 2: IP groups have no field "zzzzzzzzz". ` + fields,
		`=unused used`:          `column 9: used is not expected here`,
	} {
		if _, err := filter.New(kind(t, inventory.IPGroups), text); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}
