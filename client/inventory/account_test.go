package inventory_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
)

// account serves lists of many objects, written one by one as they are asked for, with all the fields that the service
// gives. Lists are named by the last word of their path; those of v2.0 are empty.
type account map[string]list

type list struct {
	n     int
	write func(out *bytes.Buffer, i int)
}

func (a account) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	var out bytes.Buffer
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	all := a[name]
	if strings.HasPrefix(r.URL.Path, "/v2.0/") {
		all.n = 0
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from := 0
	if m := r.URL.Query().Get("marker"); m != "" {
		from, _ = strconv.Atoi(m[:8])
		from++
	}
	to := min(from+limit, all.n)
	fmt.Fprintf(&out, `{%q:[`, name)
	for i := from; i < to; i++ {
		if i > from {
			out.WriteByte(',')
		}
		all.write(&out, i)
	}
	fmt.Fprintf(&out, `],"page_info":{"current_count":%d`, to-from)
	if to < all.n {
		fmt.Fprintf(&out, `,"next_marker":"%08d-0000-4000-8000-000000000001"`, to-1)
	}
	out.WriteString(`}}`)
	rw.Write(bytes.ReplaceAll(out.Bytes(), []byte("\n\t\t"), nil)) // services write no white space
}

// bigPools are n pools with three members each and a load balancer. Every tenth is the default of a listener, every
// seventh the target of a policy.
func bigPools(n int) account {
	return account{
		"pools":      {n, func(out *bytes.Buffer, i int) { writePool(out, i, 3) }},
		"listeners":  {n / 10, func(out *bytes.Buffer, i int) { writeListener(out, i, i*10, 0, 0) }},
		"l7policies": {n / 7, func(out *bytes.Buffer, i int) { writePolicy(out, i, i*7) }},
	}
}

// quotas are the default quotas filled up, many times: each 500 pools with a member, 120 certificates, 50 IP groups of 300
// entries, 100 listeners and 500 policies.
func quotas(times int) account {
	certificates, groups := 120*times, 50*times
	return account{
		"pools":        {500 * times, func(out *bytes.Buffer, i int) { writePool(out, i, 1) }},
		"members":      {500 * times, writeMember},
		"certificates": {certificates, writeCertificate},
		"ipgroups":     {groups, writeGroup},
		"listeners":    {100 * times, func(out *bytes.Buffer, i int) { writeListener(out, i, i*4, i%certificates, i%groups) }},
		"l7policies":   {500 * times, func(out *bytes.Buffer, i int) { writePolicy(out, i, i/2) }},
	}
}

func writePool(out *bytes.Buffer, i, members int) {
	fmt.Fprintf(out, `{"id":"%08d-0000-4000-8000-000000000001","name":"web-pool-%d-production","description":"","project_id":%q,
		"protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","type":"instance","vpc_id":"22222222-0000-4000-8000-000000000001","ip_version":"dualstack",
		"admin_state_up":true,"healthmonitor_id":"%08d-0000-4000-8000-000000000005","listeners":[],
		"loadbalancers":[{"id":"33333333-0000-4000-8000-00000000000%d"}],"members":[`, i, i, project, i, i%10)
	for m := range members {
		if m > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, `{"id":"%08d-0000-4000-8000-00000000000%d"}`, i, 2+m)
	}
	out.WriteString(`],"session_persistence":null,"slow_start":null,"member_deletion_protection_enable":false,"any_port_enable":false,
		"protection_status":"nonProtection","enterprise_project_id":"0","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`)
}

func writeMember(out *bytes.Buffer, i int) {
	fmt.Fprintf(out, `{"id":"%08d-0000-4000-8000-000000000002","name":"ecs-web-%d","project_id":%q,"address":"10.%d.%d.%d","protocol_port":8080,
		"weight":1,"subnet_cidr_id":"44444444-0000-4000-8000-00000000000%d","ip_version":"v4","admin_state_up":true,"member_type":"instance",
		"instance_id":"%08d-3333-4000-8000-000000000001","operating_status":"ONLINE","reason":null,
		"status":[{"listener_id":"%08d-1111-4000-8000-000000000001","operating_status":"ONLINE"}],
		"created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`, i, i, project, i>>16, i>>8&255, i&255, i%10, i, i/4)
}

// writeCertificate: the private key comes with every list.
func writeCertificate(out *bytes.Buffer, i int) {
	lines := strings.Repeat(`MIIEpAIBAAKCAQEAvJ2mZ8K1l0rQ5hY3nTqC7dXwE9sVbUoPfGzLkRtYxNaMcHi\n`, 25)
	fmt.Fprintf(out, `{"id":"%08d-4444-4000-8000-000000000001","name":"certificate-%d","description":"","project_id":%q,"type":"server",
		"domain":"shop-%d.example.com,www.shop-%d.example.com","common_name":"shop-%d.example.com","fingerprint":"%08dE1F2030405060708090A0B0C0D0E0F101112131",
		"subject_alternative_names":["shop-%d.example.com","www.shop-%d.example.com"],
		"certificate":"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----","private_key":"-----BEGIN RSA PRIVATE KEY-----\n%s-----END RSA PRIVATE KEY-----",
		"enterprise_project_id":"0","source":"","protection_status":"nonProtection","protection_reason":"","admin_state_up":true,
		"expire_time":"2026-12-31T23:59:59Z","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`, i, i, project, i, i, i, i, i, i, lines, lines)
}

func writeGroup(out *bytes.Buffer, i int) {
	fmt.Fprintf(out, `{"id":"%08d-5555-4000-8000-000000000001","name":"office-%d","description":"","project_id":%q,"enterprise_project_id":"0","ip_list":[`, i, i, project)
	for e := range 300 {
		if e > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(out, `{"ip":"10.%d.%d.%d/32","description":"office of team %d"}`, i&255, e>>8, e&255, e%100)
	}
	fmt.Fprintf(out, `],"listeners":[{"id":"%08d-1111-4000-8000-000000000001"}],"created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`, i)
}

func writeListener(out *bytes.Buffer, i, pool, certificate, group int) {
	fmt.Fprintf(out, `{"id":"%08d-1111-4000-8000-000000000001","name":"listener-%d","description":"","project_id":%q,"protocol":"TERMINATED_HTTPS","protocol_port":443,
		"admin_state_up":true,"connection_limit":-1,"default_pool_id":"%08d-0000-4000-8000-000000000001",
		"default_tls_container_ref":"%08d-4444-4000-8000-000000000001","client_ca_tls_container_ref":null,"sni_container_refs":[],"tags":[],
		"ipgroup":{"ipgroup_id":"%08d-5555-4000-8000-000000000001","enable_ipgroup":true,"type":"white"},
		"loadbalancers":[{"id":"33333333-0000-4000-8000-00000000000%d"}],"http2_enable":true,"keepalive_timeout":60,"client_timeout":60,"member_timeout":60,
		"insert_headers":{"X-Forwarded-ELB-IP":true,"X-Forwarded-Host":true},"protection_status":"nonProtection","protection_reason":"",
		"created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`, i, i, project, pool, certificate, group, i%10)
}

func writePolicy(out *bytes.Buffer, i, pool int) {
	fmt.Fprintf(out, `{"id":"%08d-2222-4000-8000-000000000001","name":"policy-%d","description":"","project_id":%q,"action":"REDIRECT_TO_POOL","position":100,"priority":null,
		"listener_id":"%08d-1111-4000-8000-000000000001","redirect_pool_id":"%08d-0000-4000-8000-000000000001","redirect_listener_id":null,"redirect_url":null,
		"redirect_pools_config":[{"pool_id":"%08d-0000-4000-8000-000000000001","weight":100}],"rules":[{"id":"%08d-6666-4000-8000-000000000001"}],
		"admin_state_up":true,"provisioning_status":"ACTIVE","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`, i, i, project, i/5, pool, pool, i)
}

// recorded answers as a handler did when it was asked the same before, from a file: neither the making of an answer nor
// its bytes count for the client.
type recorded struct {
	handler http.Handler
	file    *os.File

	mu      sync.Mutex
	end     int64
	answers map[string]*io.SectionReader
}

func record(tb testing.TB, h http.Handler) *recorded {
	tb.Helper()
	f, err := os.Create(filepath.Join(tb.TempDir(), "answers"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	return &recorded{handler: h, file: f, answers: map[string]*io.SectionReader{}}
}

func (r *recorded) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := r.answer(req)
	if err != nil {
		return nil, err
	}
	body := io.NewSectionReader(answer, 0, answer.Size())
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: answer.Size(), Request: req}, nil
}

func (r *recorded) answer(req *http.Request) (*io.SectionReader, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.answers[req.URL.String()]; known != nil {
		return known, nil
	}
	made := httptest.NewRecorder()
	r.handler.ServeHTTP(made, req)
	body := made.Body.Bytes()
	if _, err := r.file.WriteAt(body, r.end); err != nil {
		return nil, err
	}
	answer := io.NewSectionReader(r.file, r.end, int64(len(body)))
	r.end += int64(len(body))
	r.answers[req.URL.String()] = answer
	return answer, nil
}

// replayed connects to an account whose answers have all been made before they are asked for.
func replayed(tb testing.TB, a account) *inventory.Loader {
	tb.Helper()
	c, _ := clients(tb, client.Config{Project: project, ELB: "http://127.0.0.1", Transport: record(tb, a)})
	l := inventory.NewLoader(c, scope)
	return l
}

// heapMB are the bytes of objects on the heap, dead ones included that were not collected yet.
func heapMB() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample) // stops nobody, unlike runtime.ReadMemStats
	return float64(sample[0].Value.Uint64()) / (1 << 20)
}
