package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func spec(t *testing.T, text string) Spec {
	t.Helper()
	var s Spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// What is kept says the same when it was written down and read, and is plain ASCII.
func TestSpecsAreKeptToTheLetter(t *testing.T) {
	text := `{"id":"a","name":"\u001b[31m \u202e \ud83d\udca3 日本 \\x1b","n":1.50,"none":null,"empty":"","list":[{"id":"b"}]}`
	data, err := json.Marshal(spec(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"id":"a","list":[{"id":"b"}],"n":1.50,"name":"\u001b[31m \u202e \ud83d\udca3 \u65e5\u672c \\x1b"}`; string(data) != want {
		t.Errorf("%s, want %s", data, want)
	}
	s := spec(t, string(data))
	if !s.Like(spec(t, text), "name", "n", "none", "empty", "list") || s.Has("none") || s.IDs("list").First() != "b" {
		t.Error(s)
	}
	if got := s.Text("name"); got != `\x1b[31m \u202e 💣 日本 \x1b` {
		t.Errorf("shown as %q", got)
	}
}

func FuzzSpecs(f *testing.F) {
	f.Add(`{"id":"a","name":"\ud83d\udca3\u2028","x":[null,{"y":1e5}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var s, again Spec
		if json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		data, err := json.Marshal(s)
		if err != nil {
			return // not JSON after all
		}
		if strings.ContainsFunc(string(data), func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q is not plain", data)
		}
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatal(err)
		}
		for _, f := range s.fields {
			if !s.Like(again, f.name) {
				t.Errorf("%s: %s, then %s", f.name, f.value, again.value(f.name))
			}
		}
	})
}

// What is taken quickly is taken as it is thoroughly, and quickly means all that is as documented.
func FuzzQuickSpecs(f *testing.F) {
	f.Add(`{"id":"a","name":"\ud83d\udca3 日本","description":"","members":[{"id":"b"}],"listeners":[],"private_key":"k","admin_state_up":true}`)
	f.Add(` { "name" : "a" , "name" : "b", "id": null } `)
	f.Add(`{"name":"a","name":null}`)
	f.Add(`{"id":7}`)
	f.Add(`{"id":"a\u001b[2J","name":"b"}`)
	f.Add(`{"id":"a","ID":"b"}x`)
	f.Fuzz(func(t *testing.T, text string) {
		var quick, thorough Spec
		if !quick.quickly([]byte(text), poolKept) {
			return
		}
		if err := thorough.thoroughly([]byte(text), poolKept); err != nil {
			t.Fatalf("%q is taken quickly: %v", text, err)
		}
		if quick.ID != thorough.ID || !slices.Equal(quick.fields, thorough.fields) {
			t.Errorf("%q: %v, thoroughly %v", text, quick, thorough)
		}
	})
}

// makes is a service that answers so to whatever is to be made; body is what it was sent last.
func makes(t *testing.T, answer string) (server *httptest.Server, body *string) {
	t.Helper()
	body = new(string)
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		*body = string(in)
		w.WriteHeader(http.StatusCreated)
		w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	return server, body
}

// Numbers that a service writes as text are numbers where they are documented as such (api.md 2.4, 2.5, 4.4), also in what is
// compared with it.
func TestNumbersAreSentAsNumbers(t *testing.T) {
	server, body := makes(t, `{"member":{"id":"new"},"healthmonitor":{"id":"new"},"members":[{"id":"new","host":"10.0.0.1","port":8080}]}`)
	d, err := NewDeleter(Config{Project: "p", ELB: server.URL, ROMA: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kept, want string
		send       func(context.Context, Spec) (string, error)
	}{
		{
			`{"id":"old","name":"7","address":"10.0.0.1","protocol_port":"8080","weight":"0"}`,
			`{"member":{"address":"10.0.0.1","name":"7","protocol_port":8080,"weight":0}}`,
			func(ctx context.Context, s Spec) (string, error) { return d.CreatePoolMember(ctx, "p", s) },
		},
		{
			`{"id":"old","type":"HTTP","delay":"5","timeout":3,"max_retries":"3.0","monitor_port":"","expected_codes":"200"}`,
			`{"healthmonitor":{"delay":5,"expected_codes":"200","max_retries":3,"pool_id":"p","timeout":3,"type":"HTTP"}}`,
			func(ctx context.Context, s Spec) (string, error) { return d.CreateHealthMonitor(ctx, "p", s) },
		},
		{
			`{"id":"old","host":"10.0.0.1","port":"8080","weight":"many","status":"1"}`,
			`{"members":[{"host":"10.0.0.1","port":8080,"status":1,"weight":"many"}]}`,
			func(ctx context.Context, s Spec) (string, error) {
				return d.AddChannelMember(ctx, Gateway{Service: ROMA, InstanceID: "i"}, "c", s)
			},
		},
	} {
		if id, err := c.send(t.Context(), spec(t, c.kept)); id != "new" || err != nil || *body != c.want {
			t.Errorf("%q, %v: sent %s, want %s", id, err, *body, c.want)
		}
	}
}

// An answer counts only when it is about what was asked for: all else leaves open whether it was made.
func TestCreateBelievesOnlyWhatFits(t *testing.T) {
	for answer, want := range map[string]string{
		`{"pool":{"id":"new","name":"web"}}`:   "new",
		`{"pool":{"id":"new"}}`:                "new",
		`{"pool":{"name":"web"}}`:              "",
		`{"pool":{"id":"new","name":"other"}}`: "",
		`{"request_id":"x"}`:                   "",
		`{"pool":null}`:                        "",
	} {
		server, body := makes(t, answer)
		d, err := NewDeleter(Config{Project: "p", ELB: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		s := spec(t, `{"id":"old","name":"web","type":"ip","vpc_id":"v","private_key":"no","enterprise_project_id":"0","protocol":"TCP","members":[{"id":"m"}]}`)
		id, err := d.CreatePool(context.Background(), s)
		if id != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", answer, id, err)
		}
		if want := `{"pool":{"name":"web","protocol":"TCP","type":"ip"}}`; *body != want {
			t.Errorf("sent %s, want %s", *body, want)
		}
	}
}
