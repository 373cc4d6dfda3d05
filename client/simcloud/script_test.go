package simcloud

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// wholeScript has every key there is.
const wholeScript = `# what goes wrong
seed: 7
rules:
  - name: lost answers
    method: POST
    path: /v3/*/elb/*/batch-delete
    mentions: "1111"
    more_than: 2
    from: 2
    every: 3
    times: 4
    chance: 0.25
    also: true
    do:
      delay: 1s
      revoke_tokens: true
      clock_skew: -20m
      before:
        - delete: asked
        - edit: x
        - use: x
        - recreate: x
        - replace: g
          with: [10.0.0.0/8, "::1"]
      status: 409
      code: ELB.8907
      message: in use
      headers: {Retry-After: "3"}
      applied: true
      pending: 2s
      batch:
        ids: [a]
        omit: 1
        duplicate: 2
        contradict: 3
        extra: [b]
        ret_status: null
        ret_code: ELB.1
      omit_entries: 1
      page: repeat
      after: [{delete: y}]
      hold: 500ms
      cut: after
  - {nth: 1, do: {throttle: {retry_after: 3s, as_date: true, limit: 60, per: 1m, policy: ip, as_500: true}, truncate: 10}}
  - {do: {forbidden: "elb:pools:delete", dribble: {piece: 2, every: 1ms}}}
  - {do: {redirect: "https://elsewhere.example.com", huge: 100}}
  - do:
      status: 502
      content_type: text/html
      body: |
        <html>
      gzip_bomb: 100
`

func TestReadScript(t *testing.T) {
	want := Script{Seed: 7, Rules: []Rule{
		{
			Name: "lost answers", Method: "POST", Path: "/v3/*/elb/*/batch-delete", Mentions: "1111", MoreThan: 2,
			From: 2, Every: 3, Times: 4, Chance: 0.25, Also: true,
			Do: Act{
				Delay: time.Second, Revoke: true, Skew: -20 * time.Minute,
				Before: []Hand{{Delete: Asked}, {Edit: "x"}, {Use: "x"}, {Recreate: "x"}, {Replace: "g", With: []string{"10.0.0.0/8", "::1"}}},
				Status: 409, Code: "ELB.8907", Message: "in use", Headers: map[string]string{"Retry-After": "3"}, Applied: true,
				Pending:     2 * time.Second,
				Batch:       &Batch{IDs: []string{"a"}, Omit: 1, Duplicate: 2, Contradict: 3, Extra: []string{"b"}, RetStatus: "null", RetCode: "ELB.1"},
				OmitEntries: 1, Page: Repeat, After: []Hand{{Delete: "y"}}, Hold: 500 * time.Millisecond, Cut: After,
			},
		},
		{Nth: 1, Do: Act{Throttle: &Throttle{RetryAfter: 3 * time.Second, AsDate: true, Limit: 60, Per: time.Minute, Policy: "ip", As500: true}, Truncate: 10}},
		{Do: Act{Forbidden: "elb:pools:delete", Dribble: &Dribble{Piece: 2, Every: time.Millisecond}}},
		{Do: Act{Redirect: "https://elsewhere.example.com", Huge: 100}},
		{Do: Act{Status: 502, ContentType: "text/html", Body: "<html>\n", GzipBomb: 100}},
	}}
	got, err := ReadScript("faults.yaml", strings.NewReader(wholeScript))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n(-want +got)\n%s", err, diff)
	}
	for _, key := range scriptKeys(reflect.TypeFor[Script]()) {
		if !strings.Contains(wholeScript, key+":") {
			t.Errorf("key %q is not in the example", key)
		}
	}
}

// scriptKeys are all keys of a script.
func scriptKeys(of reflect.Type) (keys []string) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct {
		return nil
	}
	for f := range of.Fields() {
		keys = append(keys, f.Tag.Get("yaml"))
		keys = append(keys, scriptKeys(f.Type)...)
	}
	return keys
}

// TestReadme: its example is a script, and it names every key.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(data), "\n## When things go wrong\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	_, example, _ := strings.Cut(chapter, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	if _, err := ReadScript("README.md", strings.NewReader(example)); err != nil {
		t.Error(err)
	}
	for _, key := range scriptKeys(reflect.TypeFor[Script]()) {
		if !regexp.MustCompile(`\b` + key + `\b`).MatchString(chapter) {
			t.Errorf("key %q is not there", key)
		}
	}
}

// TestScriptErrors: one line each, with the place and what to write there.
func TestScriptErrors(t *testing.T) {
	const rule = "rules:\n  - path: /x\n    do:\n      "
	for _, test := range []struct{ text, want string }{
		{"", `f.yaml: no rules: write a list of them under "rules:"`},
		{"seed: 7", `f.yaml: no rules`},
		{"rules: x", `f.yaml:1: rules: must be a list`},
		{"- a", `f.yaml:1: the fault script: must be "key: value" lines`},
		{"rules:\n\t- x", `f.yaml:2: a tab where YAML takes only spaces: replace it`},
		{"rules: [", `f.yaml:1: not valid YAML`},
		{"seed: 1\nseed: 2", `f.yaml:2: not valid YAML: mapping key "seed" already defined`},
		{"seed: 1\n---\nseed: 2", `f.yaml:3: a second YAML document`},
		{"seed: -1\n" + rule + "delay: 1s", `f.yaml:1: seed: must be a whole number from 0`},
		{"ruels: []", `f.yaml:1: unknown key "ruels" in a fault script: known here are seed, rules`},
		{"rules:\n  - pth: /x", `f.yaml:2: unknown key "pth" in rule 1: known here are name, method, path`},
		{rule + "dealy: 1s", `f.yaml:4: unknown key "dealy" in rule 1, do: known here are delay`},
		{rule + "delay: &a 1s", `f.yaml:4: rule 1, do.delay: anchors, aliases and tags have no place here`},
		{rule + "<<: {delay: 1s}", `f.yaml:4: rule 1, do: << has no place here: write the keys out`},
		{"rules:\n  - path: /x", `f.yaml:2: rule 1, do: nothing to do: give a delay, a status or another act`},
		{"rules:\n  - path: pools\n    do: {delay: 1s}", `f.yaml:2: rule 1, path: "pools" matches no path: it must begin with /, * or **`},
		{"rules:\n  - path: /a?b=c\n    do: {delay: 1s}", `f.yaml:2: rule 1, path: takes no query: use mentions`},
		{"rules:\n  - method: post\n    do: {delay: 1s}", `f.yaml:2: rule 1, method: "post" is not a method: write it as DELETE`},
		{"rules:\n  - mentions: 0123\n    do: {delay: 1s}", `f.yaml:2: rule 1, mentions: must be text: put it in quotes`},
		{"rules:\n  - mentions:\n    do: {delay: 1s}", `f.yaml:2: rule 1, mentions: is empty`},
		{"rules:\n  - nth: 1\n    times: 2\n    do: {delay: 1s}", `f.yaml:2: rule 1, nth: is a single request: leave out from, every and times`},
		{"rules:\n  - nth: 0\n    do: {delay: 1s}", `f.yaml:2: rule 1, nth: is 0: leave it out`},
		{"rules:\n  - times: -1\n    do: {delay: 1s}", `f.yaml:2: rule 1, times: must be 1 or more`},
		{"rules:\n  - every: \"2\"\n    do: {delay: 1s}", `f.yaml:2: rule 1, every: must be a whole number`},
		{"rules:\n  - chance: 5%\n    do: {delay: 1s}", `f.yaml:2: rule 1, chance: must be a number such as 0.05`},
		{"rules:\n  - chance: 5\n    do: {delay: 1s}", `f.yaml:2: rule 1, chance: must be from 0 to 1`},
		{"rules:\n  - also: yes\n    do: {delay: 1s}", `f.yaml:2: rule 1, also: must be true or false`},
		{rule + "delay: 5", `f.yaml:4: rule 1, do.delay: must be a time such as 500ms`},
		{rule + "delay: 2h", `f.yaml:4: rule 1, do.delay: must be from 0s to 1h0m0s`},
		{rule + "clock_skew: -25h", `f.yaml:4: rule 1, do.clock_skew: must be from -24h0m0s`},
		{rule + "status: 99", `f.yaml:4: rule 1, do.status: must be from 200 to 599`},
		{rule + "code: ELB.1", `f.yaml:3: rule 1, do: code, message, body and headers need a status`},
		{rule + "status: 500\n      throttle: {}", `f.yaml:5: rule 1, do.throttle: there is one answer only: leave out status or throttle`},
		{rule + "status: 500\n      code: x\n      body: y", `f.yaml:6: rule 1, do.body: is sent as it is`},
		{rule + "status: 500\n      content_type: x", `f.yaml:5: rule 1, do.content_type: needs a body`},
		{rule + "status: 500\n      headers: {\"a b\": x}", `f.yaml:5: rule 1, do.headers: "a b" is not a header`},
		{rule + "status: 500\n      headers: {content-length: \"1\"}", `belongs to the transport: use truncate or cut`},
		{rule + "applied: true", `f.yaml:4: rule 1, do.applied: needs a status`},
		{rule + "throttle: {per: 1m}", `f.yaml:4: rule 1, do.throttle.per: needs a limit`},
		{rule + "throttle: {policy: me}", `f.yaml:4: rule 1, do.throttle.policy: "me" is unknown: use user, ip or api`},
		{rule + "redirect: elsewhere", `f.yaml:4: rule 1, do.redirect: "elsewhere" is not an address such as https://`},
		{rule + "cut: now", `f.yaml:4: rule 1, do.cut: "now" is unknown: use before or after`},
		{rule + "cut: after\n      huge: 5", `f.yaml:5: rule 1, do.huge: an answer travels one way only: leave out cut or huge`},
		{rule + "huge: 99999999999999", `f.yaml:4: rule 1, do.huge: must be from 1 to`},
		{rule + "truncate: 99999999999999999999", `f.yaml:4: rule 1, do.truncate: must be a whole number`},
		{rule + "dribble: {piece: 1}", `f.yaml:4: rule 1, do.dribble: every must be a time up to 1h0m0s`},
		{rule + "batch: {ids: [a]}", `f.yaml:4: rule 1, do.batch: changes nothing: give omit`},
		{rule + "page: last", `f.yaml:4: rule 1, do.page: "last" is unknown: use repeat, cycle, empty, larger or overlap`},
		{rule + "omit_entries: -1", `f.yaml:4: rule 1, do.omit_entries: must be 1 or more`},
		{rule + "before:\n        - delete: a\n        - with: [10.0.0.1]", `f.yaml:6: rule 1, do.before.1: must be one of delete, edit, use, recreate and replace`},
		{rule + "after: [{replace: g, with: [here]}]", `f.yaml:4: rule 1, do.after.0: with: "here" is not an address`},
		{rule + "after: [{delete: g, with: [\"::1\"]}]", `f.yaml:4: rule 1, do.after.0: with goes with replace only`},
		{"rules:\n" + strings.Repeat("  - do: {delay: 1s}\n", maxRules+1), `f.yaml:1: rules: 1001 rules are too many: at most 1000`},
		{strings.Repeat("#", maxScript+1), `f.yaml is larger than 65536 bytes: it is no fault script`},
	} {
		_, err := ReadScript("f.yaml", strings.NewReader(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.80q\n got %v\nwant %s", test.text, err, test.want)
		}
	}
}

func TestABadScriptIsNoCloud(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); got != "simcloud: fault script: rule 2, do.cut: \"now\" is unknown: use before or after" {
			t.Error(got)
		}
	}()
	New(Options{Size: Empty, Script: Script{Rules: []Rule{always(Act{Revoke: true}), always(Act{Cut: "now"})}}})
}

// TestWhich requests a rule acts on; 418 where it does.
func TestWhich(t *testing.T) {
	teapot := Act{Status: http.StatusTeapot}
	for _, test := range []struct {
		name  string
		rules []Rule
		want  string // statuses of ten equal requests, by their last digit
	}{
		{"all", []Rule{{Do: teapot}}, "8888888888"},
		{"the third", []Rule{{Nth: 3, Do: teapot}}, "0080000000"},
		{"from the third on", []Rule{{From: 3, Do: teapot}}, "0088888888"},
		{"every third", []Rule{{Every: 3, Do: teapot}}, "0080080080"},
		{"every third from the second on", []Rule{{From: 2, Every: 3, Do: teapot}}, "0800800800"},
		{"two", []Rule{{Times: 2, Do: teapot}}, "8800000000"},
		{"two of every third", []Rule{{Every: 3, Times: 2, Do: teapot}}, "0080080000"},
		{"another method", []Rule{{Method: "POST", Do: teapot}}, "0000000000"},
		{"the first that acts keeps it", []Rule{{Times: 2, Do: Act{Status: 501}}, {Nth: 2, Do: teapot}}, "1108000000"},
		{"also", []Rule{{Times: 2, Also: true, Do: Act{Hold: 1}}, {Nth: 2, Do: teapot}}, "0800000000"},
		{"nearer to the client", []Rule{{Times: 2, Also: true, Do: Act{Status: 501, Applied: true}}, {Nth: 2, Do: teapot}}, "1100000000"},
	} {
		l := troubled(t, test.rules...)
		if got := l.statuses(10); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	for pattern, paths := range map[string]map[string]bool{
		"/v3/*/elb/pools":    {"/v3/p/elb/pools": true, "/v3/p/q/elb/pools": false, "/v3/p/elb/pools/x": false, "/v3//elb/pools": true},
		"**/batch-delete":    {"/v3/p/elb/pools/batch-delete": true, "/batch-delete": true, "/v3/batch-delete/x": false},
		"/v2/**/members/m*":  {"/v2/a/b/members/m1": true, "/v2/members/m1": false, "/v2/a/members/m/1": false},
		"/v3/a%2Fb/[x].pool": {"/v3/a%2Fb/[x].pool": true, "/v3/a/b/[x].pool": false, "/v3/a%2Fb/xxpool": false},
	} {
		for path, want := range paths {
			if got := pathPattern(pattern).MatchString(path); got != want {
				t.Errorf("%s matches %s: %t, want %t", pattern, path, got, want)
			}
		}
	}
}

// statuses are the last digits of those of n equal requests.
func (l *lab) statuses(n int) string {
	l.t.Helper()
	var digits strings.Builder
	for range n {
		response, _, err := l.ask(l.t.Context(), "GET", l.p+"/pools", "", nil)
		if err != nil {
			l.t.Fatal(err)
		}
		fmt.Fprint(&digits, response.StatusCode%10)
	}
	return digits.String()
}

// TestSameSeedSameFaults, and another seed others.
func TestSameSeedSameFaults(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	run := func(seed uint64) string {
		l := newLab(t, Options{Size: Empty, Script: Script{Seed: seed, Rules: []Rule{
			{Chance: 0.3, Do: Act{Status: 501}}, {Chance: 0.3, Do: Act{Status: 502}},
		}}})
		got := l.statuses(60)
		if counts := l.Strikes(); !slices.Equal(counts, []int{strings.Count(got, "1"), strings.Count(got, "2")}) {
			t.Errorf("%v acted: %s", counts, got)
		}
		return got
	}
	first := run(seed)
	if again := run(seed); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	if other := run(seed + 1); other == first {
		t.Errorf("another seed, the same faults: %s", other)
	}

	// What another client takes out of a batch is drawn too.
	taken := func(seed uint64) (ids []string) {
		l := newLab(t, Options{Size: Empty, Script: Script{Seed: seed, Rules: []Rule{always(Act{Before: []Hand{{Delete: Asked}}})}}})
		for i := range 12 {
			a, b := fmt.Sprint("a", i), fmt.Sprint("b", i)
			l.AddPool(a, "")
			l.AddPool(b, "")
			ids = append(ids, l.deletePools(a, b).said("pools")...)
		}
		return ids
	}
	if a, b := taken(seed), taken(seed); !slices.Equal(a, b) || !slices.Contains(a, "a0 not found") && !slices.Contains(a, "a0 successful") {
		t.Errorf("%v, then %v", a, b)
	}
}

// TestChaos: every rule of it acts sooner or later, and whatever is asked patiently gets done.
func TestChaos(t *testing.T) {
	if err := Chaos(1).Check(); err != nil {
		t.Fatal(err)
	}
	script := Chaos(1)
	for i := range script.Rules {
		do := &script.Rules[i].Do // nobody wants to wait here
		do.Delay, do.Hold, do.Pending = min(do.Delay, 1), min(do.Hold, 1), min(do.Pending, 1)
	}
	l := newLab(t, Options{Size: Empty, Script: script})
	shared := &pool{ID: "shared", shared: true, Listeners: []ref{}, LoadBalancers: []ref{}}
	w := l.world()
	w.addPool(shared)
	i := w.instances[0]
	ch := &channel{ID: strings.Repeat("0", 32), Name: "ch", MemberGroups: []memberGroup{}}
	i.channels.add(ch)
	for n := range 300 {
		id := fmt.Sprint("p", n)
		l.AddPool(id, "")
		for try := 0; l.Has(id) && len(l.References(id)) == 0; try++ {
			if try == 50 {
				t.Fatalf("%s is still there", id)
			}
			l.token = l.mint.token() // as after a new login
			l.mu.Lock()
			l.tokens[l.token] = token{project: l.account.ProjectID, expires: noon.Add(time.Hour)}
			l.mu.Unlock()
			for _, step := range [][3]string{
				{"GET", l.p + "/pools?limit=1", ""}, {"POST", l.p + "/pools/batch-delete", `{"pools":["` + id + `"]}`}, {"DELETE", "/v2.0/lbaas/pools/shared", ""},
				{"DELETE", "/v2/" + l.account.ProjectID + "/" + i.service + "/instances/" + i.id + "/vpc-channels/" + ch.ID + "/members/" + strings.Repeat("1", 32), ""},
			} {
				_, _, _ = l.ask(t.Context(), step[0], step[1], step[2], nil)
			}
		}
	}
	for k, n := range l.Strikes() {
		if n == 0 {
			t.Errorf("rule %d, %s, has never acted", k+1, script.Rules[k].Name)
		}
	}
}

// FuzzReadScript: whatever is in the file, there is a good script or an error of one line that begins with the file.
func FuzzReadScript(f *testing.F) {
	f.Add(wholeScript)
	f.Add("rules:\n  - {do: {delay: 1s}}")
	f.Add("rules: [{do: {batch: {ret_status: ~}}}]")
	f.Add("? [a]: b\n")
	f.Add("a: &a [*a]\n")
	f.Add("rules:\n - do:\n    <<: {delay: 1s}\n")
	f.Add("rules:\n - do: !!x {headers: {a: }}\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ReadScript("f.yaml", strings.NewReader(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q", err)
			}
			return
		}
		if err := s.Check(); err != nil {
			t.Errorf("read, and then %v", err)
		}
		arm(s)
	})
}
