package filter_test

import (
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// A second opinion on what expressions mean, as plain as can be: it knows nothing of the parser and asks the objects
// themselves. truth is 1, 0, or -1 for what is not known.
type truth int

func is(yes bool) truth {
	if yes {
		return 1
	}
	return 0
}

// say is what a field says of a resource.
type say struct {
	known  bool
	open   bool // more may be missing: reasons of an unknown verdict, signs of a partial one
	text   string
	number float64
	words  []string
}

func text(s string) say      { return say{known: s != "", text: s} }
func free(s string) say      { return say{known: true, text: s} }
func number(n float64) say   { return say{known: true, number: n} }
func words(all []string) say { return say{known: true, words: all} }

func seconds(from, to time.Time) say {
	return say{known: !from.IsZero() && !to.IsZero(), number: to.Sub(from).Seconds()}
}

type fields map[string]func(inventory.Resource) say

// opinion has the fields of a kind by their type.
type opinion struct{ text, closed, number, span, flag, words fields }

func flags(of func(inventory.Resource) truth) func(inventory.Resource) say {
	return func(r inventory.Resource) say { t := of(r); return say{known: t >= 0, number: float64(t)} }
}

func opinionOf(id inventory.KindID) opinion {
	state := func(s inventory.State) func(inventory.Resource) say {
		return flags(func(r inventory.Resource) truth {
			if r.Verdict.State == inventory.Unknown {
				return -1
			}
			return is(r.Verdict.State == s)
		})
	}
	o := opinion{
		text: fields{
			"name": func(r inventory.Resource) say {
				if r.Name == "" {
					return text(r.Ref.ID)
				}
				return text(r.Name)
			},
			"id": func(r inventory.Resource) say { return text(r.Ref.ID) },
			"why": func(r inventory.Resource) say {
				var texts []string
				for _, reason := range r.Verdict.Reasons {
					texts = append(texts, reason.Text)
				}
				return say{known: true, open: r.Verdict.State == inventory.Unknown, text: strings.Join(texts, ", ")}
			},
		},
		closed: fields{"verdict": func(r inventory.Resource) say {
			return text(map[inventory.State]string{inventory.Unused: "unused", inventory.InUse: "in use", inventory.Protected: "protected", inventory.Unknown: "unknown"}[r.Verdict.State])
		}},
		flag: fields{
			"unused": state(inventory.Unused), "used": state(inventory.InUse), "protected": state(inventory.Protected),
			"unknown": flags(func(r inventory.Resource) truth { return is(r.Verdict.State == inventory.Unknown) }),
			"worth": flags(func(r inventory.Resource) truth {
				if len(r.Verdict.Signs) == 0 && r.Verdict.Partial {
					return -1
				}
				return is(len(r.Verdict.Signs) != 0)
			}),
		},
		words: fields{"signs": func(r inventory.Resource) say {
			return say{known: true, open: r.Verdict.Partial, words: r.Verdict.Signs}
		}},
		number: fields{},
		span:   fields{},
	}
	if id != inventory.Entries {
		o.span["age"] = func(r inventory.Resource) say { return seconds(r.Created.Time(), now) }
	}
	switch id {
	case inventory.Pools:
		p := func(r inventory.Resource) *inventory.Pool { return r.Object.(*inventory.Pool) }
		o.text["protocol"] = func(r inventory.Resource) say { return text(p(r).Protocol) }
		o.text["algorithm"] = func(r inventory.Resource) say { return text(p(r).Algorithm) }
		o.text["description"] = func(r inventory.Resource) say { return free(p(r).Description) }
		o.closed["type"] = func(r inventory.Resource) say {
			if p(r).Shared {
				return text("shared")
			}
			return text("dedicated")
		}
		o.number["servers"] = func(r inventory.Resource) say { return number(float64(p(r).Members.Len())) }
		o.number["listeners"] = func(r inventory.Resource) say { return number(float64(p(r).Listeners.Len())) }
		o.flag["monitor"] = flags(func(r inventory.Resource) truth { return is(p(r).HealthMonitorID != "") })
		o.words["lb"] = func(r inventory.Resource) say { return words(p(r).LoadBalancers.List()) }
	case inventory.Certificates:
		c := func(r inventory.Resource) *client.Certificate { return r.Object.(*client.Certificate) }
		o.text["type"] = func(r inventory.Resource) say { return text(c(r).Type) }
		o.text["source"] = func(r inventory.Resource) say { return text(c(r).Source) }
		o.text["fingerprint"] = func(r inventory.Resource) say { return text(c(r).Fingerprint) }
		o.text["description"] = func(r inventory.Resource) say { return free(c(r).Description) }
		o.span["expires"] = func(r inventory.Resource) say { return seconds(now, c(r).ExpireTime.Time()) }
		o.flag["expired"] = flags(func(r inventory.Resource) truth {
			if c(r).ExpireTime.IsZero() {
				return -1
			}
			return is(!c(r).ExpireTime.Time().After(now))
		})
		o.words["domain"] = func(r inventory.Resource) say {
			all := strings.Split(strings.ToLower(strings.ReplaceAll(c(r).Domain, " ", "")), ",")
			all = slices.DeleteFunc(append(all, strings.ToLower(c(r).CommonName)), func(s string) bool { return s == "" })
			slices.Sort(all)
			all = slices.Compact(all)
			return say{known: len(all) > 0, words: all}
		}
	case inventory.IPGroups:
		g := func(r inventory.Resource) *client.IPGroup { return r.Object.(*client.IPGroup) }
		o.text["description"] = func(r inventory.Resource) say { return free(g(r).Description) }
		o.number["entries"] = func(r inventory.Resource) say { return number(float64(g(r).Entries.Len())) }
		o.number["listeners"] = func(r inventory.Resource) say { return number(float64(g(r).Listeners.Len())) }
	case inventory.Entries:
		e := func(r inventory.Resource) *inventory.Entry { return r.Object.(*inventory.Entry) }
		o.text["entry"] = func(r inventory.Resource) say { return text(e(r).IP) }
		o.text["note"] = func(r inventory.Resource) say { return free(e(r).Description) }
		o.text["group"] = func(r inventory.Resource) say { return text(r.In) }
		o.number["size"] = func(r inventory.Resource) say {
			low, high, ok := span(e(r).IP)
			if !ok {
				return say{}
			}
			n := new(big.Int).Sub(new(big.Int).SetBytes(high.AsSlice()), new(big.Int).SetBytes(low.AsSlice()))
			f, _ := new(big.Float).SetInt(n.Add(n, big.NewInt(1))).Float64()
			return number(f)
		}
	case inventory.Members:
		m := func(r inventory.Resource) *inventory.Member { return r.Object.(*inventory.Member) }
		o.text["host"] = func(r inventory.Resource) say { return text(m(r).Host) }
		o.text["servergroup"] = func(r inventory.Resource) say { return text(m(r).GroupName) }
		o.text["channel"] = func(r inventory.Resource) say { return text(r.In) }
		o.closed["status"] = func(r inventory.Resource) say { return text([]string{"", "enabled", "disabled"}[m(r).Status]) }
		o.closed["health"] = func(r inventory.Resource) say { return text(m(r).HealthStatus) }
		o.number["weight"] = func(r inventory.Resource) say {
			if m(r).Weight == nil {
				return say{}
			}
			return number(float64(*m(r).Weight))
		}
		o.number["port"] = func(r inventory.Resource) say {
			if m(r).Port == 0 {
				return number(8080)
			}
			return number(float64(m(r).Port))
		}
		o.flag["backup"] = flags(func(r inventory.Resource) truth { return is(m(r).Backup) })
		o.flag["enabled"] = flags(func(r inventory.Resource) truth {
			switch {
			case m(r).Status == 2, m(r).Weight != nil && *m(r).Weight == 0:
				return 0
			case m(r).Status == 1:
				return 1
			}
			return -1
		})
	case inventory.Channels:
		c := func(r inventory.Resource) *inventory.Channel { return r.Object.(*inventory.Channel) }
		o.closed["kind"] = func(r inventory.Resource) say {
			switch {
			case c(r).VPCChannelType == "reference":
				return text("reference")
			case c(r).Type == "microservice":
				return text("microservice")
			}
			return text("builtin")
		}
		o.closed["status"] = func(r inventory.Resource) say { return text([]string{"", "normal", "abnormal"}[c(r).Status]) }
		o.text["gateway"] = func(r inventory.Resource) say {
			return text(map[string]string{"apic": "ROMA ", "apigw": "APIG "}[c(r).Gateway.Service] + c(r).Gateway.InstanceID)
		}
		o.number["port"] = func(r inventory.Resource) say { return say{known: c(r).Port != 0, number: float64(c(r).Port)} }
	}
	return o
}

// span is the first and the last address of an entry.
func span(ip string) (low, high netip.Addr, ok bool) {
	if from, to, is := strings.Cut(ip, "-"); is {
		low, err := netip.ParseAddr(from)
		high, err2 := netip.ParseAddr(to)
		return low, high, err == nil && err2 == nil && low.Is4() == high.Is4() && !high.Less(low)
	}
	if p, err := netip.ParsePrefix(ip); err == nil {
		low = p.Masked().Addr()
		b := low.AsSlice()
		for i := p.Bits(); i < len(b)*8; i++ {
			b[i/8] |= 1 << (7 - i%8)
		}
		high, _ = netip.AddrFromSlice(b)
		return low, high, true
	}
	a, err := netip.ParseAddr(ip)
	return a, a, err == nil
}

func not(t truth) truth {
	if t < 0 {
		return t
	}
	return 1 - t
}

// quantified is what a function says of a list in which a condition holds for so many of all that are seen.
func quantified(fn string, yes, all int, open bool) truth {
	if !open {
		return is(map[string]bool{"any": yes > 0, "all": yes == all, "none": yes == 0, "one": yes == 1, "count": yes > 1, "len": yes > 1}[fn])
	}
	// Whatever is missing, these stay so.
	switch {
	case fn == "any" && yes > 0:
		return 1
	case fn == "none" && yes > 0, fn == "all" && yes < all, fn == "one" && yes > 1:
		return 0
	}
	return -1
}
