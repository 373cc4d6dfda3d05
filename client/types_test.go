package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"janitor/client/decode"
)

func parseTime(data string) (t Time) {
	_ = t.UnmarshalJSON([]byte(data))
	return t
}

func TestTimesInEveryLayout(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for data, want := range map[string]time.Time{
		`"2026-01-02T03:04:05Z"`:         at,
		`"2026-01-02T03:04:05"`:          at,
		`"2026-01-02 03:04:05"`:          at,
		`"2026-01-02T03:04:05.000007"`:   at.Add(7 * time.Microsecond),
		`" 2026-01-02T03:04:05Z "`:       at,
		`"2026-01-02"`:                   {},
		`"2026-01-02T03:04:05 and more"`: {},
		`"2026-01-02T03:04:05.0000078Z"`: at.Add(7 * time.Microsecond),
		`"2026-01-02T05:04:05+02:00"`:    at,
		`"9999-12-31T23:59:59.999999Z"`:  time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		`"0001-01-01T00:00:00Z"`:         {},
		`1767323045000`:                  at,
		`1767323045`:                     at, // not of January 1970
		`86400000`:                       {}, // a length of time rather than a time
		`""`:                             {},
		`null`:                           {},
		`"yesterday"`:                    {},
		`{}`:                             {},
		`-1`:                             {},
		`270000000000000`:                {},
		`"9999-12-31T23:59:59-01:00"`:    {}, // in UTC it is of the year 10000
		`"0000-01-01T00:00:00+01:00"`:    {},
	} {
		if got := parseTime(data); got.Time() != want || got != At(want) || got.IsZero() != want.IsZero() {
			t.Errorf("%s: %v, want %v", data, got.Time(), want)
		}
	}
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{`"2026-01-02T03:04:05Z"`, `"2026-01-02 03:04:05"`, `1767323045000`, `null`, `"`, `9e99`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var at Time
		if err := at.UnmarshalJSON(data); err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		out, err := at.MarshalJSON()
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if again := parseTime(string(out)); !again.Equal(at) {
			t.Errorf("%q: %v becomes %v", data, at.Time(), again.Time())
		}
	})
}

func FuzzListing(f *testing.F) {
	f.Add([]byte(`{"pools":[{"id":"a","members":[{"id":"b"}],"session_persistence":{"type":"x"}}],"page_info":{"next_marker":"a"}}`))
	f.Add([]byte(`{"pools":null,"pools_links":[{"rel":"next","href":"http://h/?marker=a"}]}`))
	f.Add([]byte(`{"pools":[],"total":7}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := answer[[]Pool]{key: "pools"}
		if json.Unmarshal(data, &a) != nil {
			return
		}
		a.next()
		if !a.Given && len(a.Value) > 0 {
			t.Errorf("%q: pools from nowhere", data)
		}
	})
}

func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"members":[{"id":"a","weight":"5","status":[{"listener_id":"l","operating_status":"OFFLINE"}],"subnet_id":"s"}]}`))
	f.Add([]byte(`{"members":[{"id":1,"weight":null,"status":null},{"status":"","operating_status":"ONLINE"}]}`))
	f.Add([]byte(`{"members":[{"status":[null,{}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := answer[[]Member]{key: "members"}
		if json.Unmarshal(data, &a) != nil {
			return
		}
		for _, m := range a.Value {
			said := []string{m.OperatingStatus}
			if len(m.Statuses) > 0 {
				said = nil
				for _, s := range m.Statuses {
					said = append(said, s.OperatingStatus)
				}
			}
			is := func(word string) func(string) bool { return func(s string) bool { return strings.EqualFold(s, word) } }
			online, offline := slices.ContainsFunc(said, is("online")), !slices.ContainsFunc(said, func(s string) bool { return !is("offline")(s) })
			if h := m.Health(); (h == HealthOnline) != online || (h == HealthOffline) != offline {
				t.Errorf("%q: %q", said, h)
			}
		}
	})
}

func TestPoolsAsTheServiceWritesThem(t *testing.T) {
	c := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2.0") {
			fmt.Fprint(w, `{"pools":[{"id":"s","name":"old","tenant_id":"tenant","protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","members":[{"id":"m"}],"healthmonitor_id":null,
				"listeners":[{"id":"l"}],"loadbalancers":[{"id":"b"}],"session_persistence":null,"admin_state_up":true}]}`)
			return
		}
		fmt.Fprint(w, `{"request_id":"0a1b2c3d-0000-4000-8000-000000000001",
 "page_info":{"previous_marker":"11111111-0000-4000-8000-000000000001","current_count":1},
 "pools":[{"id":"11111111-0000-4000-8000-000000000001","name":"web-old\u001b[2J","description":"","project_id":"99a3fff0d03c428eac3678da6a7d0f24",
  "protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","type":"instance","vpc_id":"22222222-0000-4000-8000-000000000001","ip_version":"dualstack",
  "admin_state_up":true,"healthmonitor_id":"","listeners":[],"loadbalancers":[{"id":"33333333-0000-4000-8000-000000000001"}],
  "members":[{"id":"44444444-0000-4000-8000-000000000001"}],"session_persistence":{"type":"APP_COOKIE","cookie_name":"\u202ecookie"},"slow_start":null,
  "member_deletion_protection_enable":false,"protection_status":"nonProtection","protection_reason":"","any_port_enable":false,
  "enterprise_project_id":"0","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}]}`)
	})
	client := reader(t, c)
	got, _, err := collect(client.Pools(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	at := parseTime(`"2026-01-02T03:04:05Z"`)
	want := []Pool{{
		ID: "11111111-0000-4000-8000-000000000001", Name: `web-old\x1b[2J`, EnterpriseProjectID: "0",
		Protocol: "HTTP", Algorithm: "ROUND_ROBIN", Type: "instance", VPCID: "22222222-0000-4000-8000-000000000001", IPVersion: "dualstack", AdminStateUp: true,
		Listeners: NewIDs(), LoadBalancers: NewIDs("33333333-0000-4000-8000-000000000001"), Members: NewIDs("44444444-0000-4000-8000-000000000001"),
		SessionPersistence: FreeForm{`{"cookie_name":"\\u202ecookie","type":"APP_COOKIE"}`}, ProtectionStatus: "nonProtection", CreatedAt: at, UpdatedAt: at,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, _, err = collect(client.SharedPools(t.Context()))
	if err != nil || len(got) != 1 || got[0].Name != "old" || got[0].HealthMonitorID != "" || got[0].Listeners.First() != "l" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestMembersAsTheServicesWriteThem(t *testing.T) {
	c := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2.0") {
			fmt.Fprint(w, `{"members":[{"id":"s","name":"","address":"10.0.0.6","protocol_port":80,"subnet_id":"sub","weight":0,"operating_status":"OFFLINE","admin_state_up":true,"tenant_id":"t"}]}`)
			return
		}
		fmt.Fprint(w, `{"request_id":"r","page_info":{"current_count":3},"members":[
			{"id":"a","name":"web-1","address":"10.0.0.5","protocol_port":8080,"subnet_cidr_id":"sub","weight":1,"ip_version":"v4","operating_status":"ONLINE",
			 "status":[{"listener_id":"l","operating_status":"OFFLINE","reason":{"reason_code":"CONNECT_TIMEOUT"}}],"member_type":"instance","instance_id":"i","admin_state_up":true,
			 "availability_zone":"az1","created_at":"2026-01-02T03:04:05Z","pool_id":"never","loadbalancer_id":"never","device_id":"never"},
			{"id":"b","address":"192.168.0.1","protocol_port":0,"weight":0,"status":[],"member_type":"ip"},
			{"id":"c","address":null,"protocol_port":"443","subnet_cidr_id":"","status":"","operating_status":null}]}`)
	})
	client := reader(t, c)
	got, _, err := collect(client.PoolMembers(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	want := []Member{
		{ID: "a", Name: "web-1", Address: "10.0.0.5", ProtocolPort: 8080, Weight: new(1),
			OperatingStatus: "ONLINE", Statuses: []MemberStatus{{"l", "OFFLINE"}}, InstanceID: "i", CreatedAt: parseTime(`"2026-01-02T03:04:05Z"`)},
		{ID: "b", Address: "192.168.0.1", Weight: new(0), Statuses: []MemberStatus{}},
		{ID: "c", ProtocolPort: 443},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got, _, err = collect(client.SharedPoolMembers(t.Context()))
	want = []Member{{ID: "s", Address: "10.0.0.6", ProtocolPort: 80, Weight: new(0), OperatingStatus: "OFFLINE"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestHealthOfAMember(t *testing.T) {
	listeners := func(statuses ...string) (all []MemberStatus) {
		for _, s := range statuses {
			all = append(all, MemberStatus{OperatingStatus: s})
		}
		return all
	}
	for _, c := range []struct {
		status    string
		listeners []MemberStatus
		want      Health
	}{
		{"ONLINE", nil, HealthOnline},
		{"OFFLINE", nil, HealthOffline},
		{"offline", listeners(), HealthOffline},
		{"NO_MONITOR", nil, HealthUnknown},
		{"INITIAL", nil, HealthUnknown},
		{"UNKNOWN", nil, HealthUnknown},
		{"", nil, HealthUnknown},
		{"DEGRADED", nil, HealthUnknown},
		// What the listeners find wins.
		{"ONLINE", listeners("OFFLINE"), HealthOffline},
		{"OFFLINE", listeners("ONLINE"), HealthOnline},
		{"ONLINE", listeners("OFFLINE", "OFFLINE"), HealthOffline},
		{"OFFLINE", listeners("OFFLINE", "ONLINE"), HealthOnline},
		{"OFFLINE", listeners("INITIAL", "OFFLINE", "ONLINE"), HealthOnline},
		{"OFFLINE", listeners("OFFLINE", "NO_MONITOR"), HealthUnknown},
		{"OFFLINE", listeners("NO_MONITOR", "OFFLINE"), HealthUnknown},
		{"OFFLINE", listeners("OFFLINE", "INITIAL", "OFFLINE"), HealthUnknown},
		{"OFFLINE", listeners(""), HealthUnknown},
	} {
		if got := (Member{OperatingStatus: c.status, Statuses: c.listeners}).Health(); got != c.want {
			t.Errorf("%s, listeners %v: %q, want %q", c.status, c.listeners, got, c.want)
		}
	}
}

func TestWhatDetailsShow(t *testing.T) {
	at := parseTime(`"2026-01-02T03:04:05Z"`)
	for name, c := range map[string]struct {
		json string
		into any
		want any
	}{
		"monitor": {`{"id":"h","type":"HTTP","delay":5,"timeout":3,"max_retries":3,"monitor_port":null,"domain_name":"x.example","url_path":"/up","http_method":"GET",
			"expected_codes":200,"admin_state_up":true,"pools":[{"id":"p"}],"created_at":"2026-01-02T03:04:05Z"}`, &HealthMonitor{},
			&HealthMonitor{ID: "h", Type: "HTTP", Delay: 5, Timeout: 3, MaxRetries: 3, DomainName: "x.example", URLPath: "/up", HTTPMethod: "GET", ExpectedCodes: "200",
				Pools: NewIDs("p"), CreatedAt: at}},
		"monitor of its own port": {`{"id":"h","monitor_port":"8081","url_path":"","pools":null}`, &HealthMonitor{}, &HealthMonitor{ID: "h", MonitorPort: 8081, Pools: NewIDs()}},
		"listener": {`{"id":"l","description":"d","enterprise_project_id":0,"admin_state_up":false,"protection_status":"consoleProtection","protection_reason":"audit","updated_at":"2026-01-02T03:04:05"}`,
			&Listener{}, &Listener{ID: "l", Description: "d", EnterpriseProjectID: "0", AdminStateUp: new(false), ProtectionStatus: ProtectedByConsole, ProtectionReason: "audit", UpdatedAt: at}},
		"listener that does not say whether it is up": {`{"id":"l"}`, &Listener{}, &Listener{ID: "l"}},
		"policy": {`{"id":"f","description":"d","position":"7","priority":3,"redirect_url":null,"rules":[{"id":"r"}],"redirect_pools_config":[{"pool_id":"a","weight":0},{"pool_id":"b"}],"created_at":"2026-01-02T03:04:05Z"}`,
			&L7Policy{}, &L7Policy{ID: "f", Description: "d", Position: 7, Priority: 3, Rules: NewIDs("r"), WeightedPools: []WeightedPool{{"a", new(0)}, {"b", nil}}, CreatedAt: at}},
		"policy that sends elsewhere": {`{"id":"f","redirect_url":"https://a.example","rules":""}`, &L7Policy{}, &L7Policy{ID: "f", RedirectURL: "https://a.example", Rules: NewIDs()}},
		"load balancer": {`{"id":"b","description":"d","guaranteed":true,"operating_status":"FROZEN","vpc_id":"v","listeners":[{"id":"l"}],"pools":["p"],"protection_status":"nonProtection",
			"deletion_protection_enable":"true","created_at":"2026-01-02T03:04:05Z"}`, &LoadBalancer{},
			&LoadBalancer{ID: "b", Description: "d", Guaranteed: true, OperatingStatus: "FROZEN", VPCID: "v", Listeners: NewIDs("l"), Pools: NewIDs("p"),
				ProtectionStatus: "nonProtection", DeletionProtection: true, CreatedAt: at}},
	} {
		if err := decode.Lenient([]byte(c.json), c.into); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(c.want, c.into); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestPrivateKeysAreNeverKept(t *testing.T) {
	c := listen(t, func(w http.ResponseWriter, r *http.Request) {
		const one = `{"id":"c","name":"api","domain":"a.example.com","private_key":"-----BEGIN PRIVATE KEY-----hunter2","enc_private_key":"hunter2","certificate":"-----BEGIN CERTIFICATE-----","expire_time":"2024-12-31T23:59:59Z"}`
		if strings.HasSuffix(r.URL.Path, "/c") {
			fmt.Fprint(w, `{"certificate":`+one+`}`)
		} else {
			fmt.Fprint(w, `{"certificates":[`+one+`],"page_info":{}}`)
		}
	})
	client := reader(t, c)
	listed, _, err := collect(client.Certificates(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := client.CertificateSpec(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	if len(listed) != 1 || listed[0].ExpireTime.IsZero() || shown.Text("name") != "api" {
		t.Errorf("%+v, %+v", listed, shown)
	}
	for _, v := range []any{listed, shown} {
		kept, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if all := fmt.Sprintf("%#v %s", v, kept); strings.Contains(all, "hunter2") || strings.Contains(all, "PRIVATE") {
			t.Errorf("%s", all)
		}
	}
}

func TestListsOfReferencesKeepTheirEnd(t *testing.T) {
	var groups []string
	for i := range 20 {
		groups = append(groups, fmt.Sprintf("%08d-0000-4000-8000-000000000001", i))
	}
	ids := strings.Join(groups, ",")
	domains := strings.Repeat("name.example.com,", 100) + "last.example.com"
	c := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/listeners") {
			fmt.Fprintf(w, `{"listeners":[{"id":"l","name":%q,"ipgroup":{"ipgroup_id":%q,"enable_ipgroup":true,"type":"white"}}]}`, strings.Repeat("n", 1000), ids)
		} else {
			fmt.Fprintf(w, `{"certificates":[{"id":"c","domain":%q}]}`, domains)
		}
	})
	client := reader(t, c)
	listeners, _, err := collect(client.Listeners(t.Context()))
	if err != nil || listeners[0].IPGroup.IDs != ids || len(listeners[0].Name) > 260 {
		t.Errorf("%+v, %v", listeners, err)
	}
	certificates, _, err := collect(client.Certificates(t.Context()))
	if err != nil || certificates[0].Domain != domains {
		t.Errorf("%+v, %v", certificates, err)
	}
}

func TestChannelsOfBothGateways(t *testing.T) {
	c := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/members") {
			fmt.Fprint(w, `{"total":1,"size":1,"members":[{"id":"be63c6260a1043888187f84af39c9f0e","vpc_channel_id":"56a7d7358e1b42459c9d730d65b14e59","host":"10.0.0.5","port":8080,
 "weight":0,"is_backup":false,"member_group_name":"default","member_group_id":"g","status":1,"create_time":"2020-07-23T07:11:57.244829604Z"}]}`)
			return
		}
		fmt.Fprint(w, `{"total":2,"size":2,"vpc_channels":[
			{"id":"a","name":"n","port":22,"balance_strategy":1,"member_type":"ip","type":2,"status":1,"create_time":"","member_groups":[{"member_group_id":"g","member_group_name":"default","reference_vpc_channel_id":"z"}]},
			{"id":"b","type":"MICROSERVICE","microservice_info":{"service_type":"NACOS","nacos_info":{"user_info":{"user_name":"u","password":"hunter2"}}}}]}`)
	})
	client := reader(t, c)
	channels, _, err := collect(client.Channels(t.Context(), Gateway{ROMA, "i"}))
	if err != nil {
		t.Fatal(err)
	}
	want := []Channel{
		{ID: "a", Name: "n", Port: 22, BalanceStrategy: 1, MemberType: "ip", Type: "builtin", Status: 1, MemberGroups: []MemberGroup{{"g", "default", "z"}}},
		{ID: "b", Type: "microservice", Microservice: FreeForm{`{"nacos_info":{"user_info":{"user_name":"u"}},"service_type":"NACOS"}`}},
	}
	if diff := cmp.Diff(want, channels); diff != "" {
		t.Error(diff)
	}
	members, _, err := collect(client.ChannelMembers(t.Context(), Gateway{APIG, "i"}, "a"))
	if err != nil || len(members) != 1 || members[0].Weight == nil || *members[0].Weight != 0 || members[0].CreateTime.IsZero() {
		t.Errorf("%+v, %v", members, err)
	}
}

// TestNoneIsNotLeftOut: an empty list, or one that is null, says that there is nothing; one that is missing says nothing.
func TestNoneIsNotLeftOut(t *testing.T) {
	for _, c := range []struct {
		json    string
		said    bool
		entries bool
	}{
		{`{"id":"g","listeners":[],"ip_list":[]}`, true, true},
		{`{"id":"g","listeners":null,"ip_list":null}`, true, true},
		{`{"id":7,"listeners":null,"ip_list":null}`, true, true}, // odd: it is read another way
		{`{"id":"g"}`, false, false},
		{`{"id":7}`, false, false},
	} {
		a := answer[IPGroup]{key: "ipgroup"}
		if err := a.UnmarshalJSON([]byte(`{"ipgroup":` + c.json + `}`)); err != nil {
			t.Fatal(c.json, err)
		}
		g := a.Value
		if g.Listeners.Said() != c.said || g.Listeners.Len() != 0 || g.Entries.Said() != c.entries {
			t.Errorf("%s is read as %+v", c.json, g)
		}
		written, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		var again IPGroup
		if err := json.Unmarshal(written, &again); err != nil || again.Listeners.Said() != c.said || again.Entries.Said() != c.entries {
			t.Errorf("%s becomes %s: %v", c.json, written, err)
		}
	}
}

func TestOddTypesInAList(t *testing.T) {
	client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"total":"2","size":"2","vpc_channels":[{"id":"c1","port":"80","microservice_info":""},{"id":"c2","port":null}]}`)
	}))
	all, _, err := collect(client.Channels(t.Context(), Gateway{APIG, "i"}))
	if diff := cmp.Diff([]Channel{{ID: "c1", Port: 80}, {ID: "c2"}}, all); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// What services write instead of what their documents say, and what must stay an error.
func TestOddTypes(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		into any
		want any // nil = an error
	}{
		"numbers as strings":                 {`[{"port":"8080","balance_strategy":"1","status":"2"}]`, &[]Channel{}, &[]Channel{{Port: 8080, BalanceStrategy: 1, Status: 2}}},
		"numbers with a fraction of nothing": {`{"port":8080.0,"weight":1e2,"id":"m"}`, &ChannelMember{}, &ChannelMember{ID: "m", Port: 8080, Weight: new(100)}},
		"numbers beyond all bounds":          {`{"port":"1e999999"}`, &Channel{}, nil},
		"numbers that are none":              {`{"port":"http"}`, &Channel{}, nil},
		"numbers with a fraction":            {`{"port":80.5}`, &Channel{}, nil},
		"strings as numbers":                 {`{"id":"p","name":12345,"enterprise_project_id":0}`, &Pool{}, &Pool{ID: "p", Name: "12345", EnterpriseProjectID: "0"}},
		"bools as words and numbers": {`{"admin_state_up":"true","member_deletion_protection_enable":1,"any_port_enable":""}`, &Pool{},
			&Pool{AdminStateUp: true, MemberDeletionProtection: true}},
		"objects that are unset":     {`{"default_pool_id":"p","ipgroup":"","protocol_port":"443"}`, &Listener{}, &Listener{DefaultPoolID: "p", ProtocolPort: 443}},
		"lists that are unset":       {`{"id":"l","sni_container_refs":"","loadbalancers":{}}`, &Listener{}, &Listener{ID: "l", LoadBalancers: NewIDs()}},
		"a list that is a word":      {`{"sni_container_refs":"c1,c2"}`, &Listener{}, nil},
		"a list that is an object":   {`{"listeners":{"id":"l"}}`, &Pool{}, nil},
		"bare ids":                   {`{"members":["m1","m2"]}`, &Pool{}, &Pool{Members: NewIDs("m1", "m2")}},
		"what is only shown":         {`{"id":"p","session_persistence":"","slow_start":[1]}`, &Pool{}, &Pool{ID: "p"}},
		"embedded":                   {`{"id":"m","create_time":1594345678000,"admin_state_up":"1"}`, &sharedCertificate{}, &sharedCertificate{Certificate{ID: "m", AdminStateUp: true}, At(time.UnixMilli(1594345678000)), Time{}}},
		"times keep their own rules": {`{"port":"1","create_time":1594345678000}`, &Channel{}, &Channel{Port: 1, CreateTime: At(time.UnixMilli(1594345678000))}},
		"no JSON":                    {`{"port":"1"`, &Channel{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			err := decode.Lenient([]byte(c.json), c.into)
			if c.want == nil {
				if err == nil {
					t.Errorf("read as %+v", c.into)
				}
				return
			}
			if diff := cmp.Diff(c.want, c.into); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

// TestNamesOfCertificates: whichever way a list of names is read, it is written as it came.
func TestNamesOfCertificates(t *testing.T) {
	for given, want := range map[string]Certificate{
		`{"subject_alternative_names":["a.example.com","*.a.example.com"]}`:      {AlternativeNames: "a.example.com,*.a.example.com"},
		`{"subject_alternative_names":["a.example.com"]}`:                        {AlternativeNames: "a.example.com"},
		`{"subject_alternative_names":["bücher.example"]}`:                       {AlternativeNames: "bücher.example"},
		`{"subject_alternative_names":["` + strings.Repeat("x", 300) + `","b"]}`: {AlternativeNames: Names(strings.Repeat("x", 255) + "…,b")},
		`{"subject_alternative_names":[]}`:                                       {},
		`{"subject_alternative_names":null}`:                                     {},
		`{"subject_alternative_names":""}`:                                       {},
		`{}`:                                                                     {},
	} {
		quick, thorough := answer[Certificate]{}, answer[Certificate]{}
		if !quick.quickly([]byte(given)) {
			quick.Value = want // it is not as documented
		}
		if err := thorough.thoroughly([]byte(given)); err != nil || quick.Value != want || thorough.Value != want {
			t.Errorf("%s: %+v and %+v, %v", given, quick.Value, thorough.Value, err)
		}
		written, err := json.Marshal(want)
		var again Certificate
		if err != nil || json.Unmarshal(written, &again) != nil || again != want {
			t.Errorf("%s, %v", written, err)
		}
	}
}
