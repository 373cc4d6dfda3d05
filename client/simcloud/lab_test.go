package simcloud

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// noon is the time of all clouds here that do not need another.
var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// lab is a cloud behind a real server, and a client that is logged in.
type lab struct {
	*Cloud
	t     *testing.T
	http  *httptest.Server
	token string
	p     string // prefix of ELB v3
}

// reply is an answer; body is decoded JSON, nil when there is none.
type reply struct {
	status int
	body   any
	header http.Header
	text   string
}

func newLab(t *testing.T, o Options) *lab {
	t.Helper()
	l := directLab(t, o)
	l.http = httptest.NewServer(l.Cloud)
	t.Cleanup(l.http.Close)
	return l
}

// directLab has no server: its requests go straight to the handler, for tests that own the clock.
func directLab(t *testing.T, o Options) *lab {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	l := &lab{Cloud: New(o), t: t}
	l.token = l.mint.token()
	l.tokens[l.token] = token{project: l.account.ProjectID, expires: noon.Add(1000 * time.Hour)}
	l.p = "/v3/" + l.account.ProjectID + "/elb"
	return l
}

// world is the one of the main project, for tests that look inside.
func (l *lab) world() *world { return l.worlds[l.account.ProjectID] }

func (l *lab) do(method, path, body string) reply {
	l.t.Helper()
	return l.send(method, path, body, map[string]string{"X-Auth-Token": l.token})
}

func (l *lab) send(method, path, body string, header map[string]string) reply {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), method, l.http.URL+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := l.http.Client().Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	out := reply{status: response.StatusCode, header: response.Header, text: string(data)}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &out.body); err != nil {
			l.t.Fatalf("%s %s: not JSON: %v\n%s", method, path, err, data)
		}
	}
	return out
}

// direct asks the handler itself, without a network between.
func (l *lab) direct(ctx context.Context, method, path, body string) reply {
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("X-Auth-Token", l.token)
	recorder := httptest.NewRecorder()
	l.ServeHTTP(recorder, r)
	out := reply{status: recorder.Code, header: recorder.Header(), text: recorder.Body.String()}
	if recorder.Body.Len() > 0 {
		if err := json.Unmarshal(recorder.Body.Bytes(), &out.body); err != nil {
			l.t.Errorf("%s %s: not JSON: %v", method, path, err)
		}
	}
	return out
}

// must fails the test unless the answer has the status.
func (l *lab) must(status int, method, path, body string) reply {
	l.t.Helper()
	r := l.do(method, path, body)
	if r.status != status {
		l.t.Fatalf("%s %s: %d, want %d\n%s", method, path, r.status, status, r.text)
	}
	return r
}

// at walks through objects and lists: r.at("pools", 0, "id").
func (r reply) at(path ...any) any {
	v := r.body
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

func (r reply) str(path ...any) string { s, _ := r.at(path...).(string); return s }

func (r reply) ids(plural string) []string {
	list, _ := r.at(plural).([]any)
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = r.str(plural, i, "id")
	}
	return ids
}

// same compares a body with JSON text; request_id is compared by presence only.
func (l *lab) same(r reply, status int, want string) {
	l.t.Helper()
	var wanted any
	if want != "" {
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			l.t.Fatal(err)
		}
	}
	for _, body := range []any{wanted, r.body} {
		if object, ok := body.(map[string]any); ok && object["request_id"] != nil {
			object["request_id"] = "any"
		}
	}
	if diff := cmp.Diff(wanted, r.body); r.status != status || diff != "" {
		l.t.Errorf("status %d, want %d; body (-want +got):\n%s", r.status, status, diff)
	}
}
