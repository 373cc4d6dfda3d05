package client

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// regular are answers as the documents have them: they must not need a second look.
var regular = map[string]func(string) verdicts{
	`{"pools":[{"id":"11111111-0000-4000-8000-000000000001","name":"web","description":"","admin_state_up":true,"listeners":[],"loadbalancers":[{"id":"b"}],
		"members":[{"id":"m1"},{"id":"m2"}],"session_persistence":null,"healthmonitor_id":null,"any_port_enable":false,"tags":[{"a":[1,-2.5e3,{}]}],
		"created_at":"2026-01-02T03:04:05Z"},{"id":"2"}],"page_info":{"next_marker":"2","current_count":2},"request_id":"r"}`: both[[]Pool]("pools"),
	`{"pools":[{"id":"p","tenant_id":"t"}],"pools_links":[{"rel":"next","href":"http://h/?marker=p"}]}`:                                                                              both[[]Pool]("pools"),
	` { "members" : [ { "id" : "m" , "weight" : 0 , "protocol_port" : 65535 , "status" : [ { "listener_id" : "l" } ] } ] } ` + "\n":                                                  both[[]Member]("members"),
	`{"members":[{"id":"m","subnet_id":"s","weight":null}],"total":1}`:                                                                                                               both[[]Member]("members"),
	`{"listeners":[{"id":"l","admin_state_up":false,"ipgroup":{"ipgroup_id":"a,b","enable_ipgroup":true},"sni_container_refs":["c"],"insert_headers":{"X-Forwarded-ELB-IP":true}}]}`: both[[]Listener]("listeners"),
	`{"l7policies":[{"id":"p","position":-1,"redirect_pools_config":[{"pool_id":"p","weight":3}],"redirect_pools_extend_config":{"traffic_mirror_config":{"target_ids":["t"]}}}]}`:   both[[]L7Policy]("l7policies"),
	`{"ipgroup":{"id":"g","ip_list":[{"ip":"10.0.0.1","description":"B\u00fcro\t大"},{"description":null,"ip":"::1"}]}}`:                                                              both[IPGroup]("ipgroup"),
	`{"certificates":[{"id":"c","private_key":"-----BEGIN\nx\u0041\"\\\/","subject_alternative_names":["a","b"]}]}`:                                                                  both[[]Certificate]("certificates"),
	`{"id":"c","name":"channel","type":2,"member_groups":[{"member_group_id":"g"}]}`:                                                                                                 both[Channel](""),
	`{"pools":null}`: both[[]Pool]("pools"),
}

// verdicts of the two ways to decode.
type verdicts struct {
	quick, harmless bool
	thorough        error
	a, b            any
}

func both[T any](key string) func(string) verdicts {
	return func(data string) (v verdicts) {
		a, b := answer[T]{key: key}, answer[T]{key: key}
		v.quick = a.quickly([]byte(data))
		v.harmless, a.harmless, a.decoder = a.harmless, false, nil
		v.thorough = b.thoroughly([]byte(data))
		v.a, v.b = a, b
		return v
	}
}

// agree: what is decoded quickly is decoded as encoding/json does, and what is called harmless is clean.
func (v verdicts) agree(t *testing.T, data string) {
	t.Helper()
	if !v.quick {
		return
	}
	if v.thorough != nil {
		t.Fatalf("%q is taken, but: %v", data, v.thorough)
	}
	if !reflect.DeepEqual(v.a, v.b) {
		t.Fatalf("%q\n%s", data, cmp.Diff(v.b, v.a, cmp.Exporter(func(reflect.Type) bool { return true })))
	}
	if v.harmless {
		eachText(reflect.ValueOf(v.a), func(s string) {
			if s != Clean(s) {
				t.Fatalf("%q: %q is not clean", data, s)
			}
		})
	}
}

func eachText(v reflect.Value, tell func(string)) {
	switch v.Kind() {
	case reflect.String:
		tell(v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachText(v.Elem(), tell)
		}
	case reflect.Struct:
		switch of := v.Interface().(type) {
		case IDs:
			for id := range of.All() {
				tell(id)
			}
			return
		case IPEntries:
			for e := range of.All() {
				tell(e.IP)
				tell(e.Description)
			}
			return
		}
		for field, value := range v.Fields() {
			if field.IsExported() {
				eachText(value, tell)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), tell)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			eachText(key, tell)
			eachText(v.MapIndex(key), tell)
		}
	}
}

func TestRegularAnswersAreDecodedQuickly(t *testing.T) {
	for data, read := range regular {
		v := read(data)
		if v.agree(t, data); !v.quick {
			t.Errorf("%s needs a second look", data)
		}
		for end := range len(data) - 1 { // nothing that is cut off is taken
			if half := data[:end]; strings.TrimSpace(half) != strings.TrimSpace(data) && read(half).quick {
				t.Errorf("%s is taken", half)
			}
		}
	}
}

func TestWhatIsDecodedQuickly(t *testing.T) {
	pools := both[[]Pool]("pools")
	for name, tt := range map[string]struct {
		data            string
		quick, harmless bool
	}{
		"escapes":                 {`{"pools":[{"id":"\u0061\n\ud83d\ude00\ud800"}]}`, true, false},
		"other writing":           {`{"pools":[{"name":"在庫"}]}`, true, false},
		"invalid UTF-8":           {"{\"pools\":[{\"name\":\"a\xffb\"}]}", true, false},
		"DEL":                     {"{\"pools\":[{\"name\":\"aaaaaaaaaaa\x7f\"}]}", true, false},
		"256 bytes":               {`{"pools":[{"name":"` + strings.Repeat("x", 256) + `"}]}`, true, true},
		"257 bytes":               {`{"pools":[{"name":"` + strings.Repeat("x", 257) + `"}]}`, true, false},
		"escapes that go nowhere": {`{"pools":[{"x":"\u0061\n"}]}`, true, true},
		"a free-form object":      {`{"pools":[{"slow_start":{"enable":true,"password":"x"}}]}`, true, true},
		"a name in other case":    {`{"pools":[{"ID":"x"}]}`, false, false},
		"a name in other letters": {`{"pools":[{"member` + "\u017f" + `":[]}]}`, false, false},
		"a name with an escape":   {`{"pools":[{"\u0069d":"x"}]}`, false, false},
		"a name twice":            {`{"pools":[{"id":"x","id":null}]}`, false, false},
		"the list twice":          {`{"pools":[],"pools":null}`, false, false},
		"another type":            {`{"pools":[{"id":5}]}`, false, false},
		"a word for a flag":       {`{"pools":[{"admin_state_up":"true"}]}`, false, false},
		"half a word":             {`{"pools":[{"admin_state_up":tru}]}`, false, false},
		"a bare id":               {`{"pools":[{"members":["x"]}]}`, false, false},
		"no list":                 {`{"pools":""}`, false, false},
		"no object":               {`[]`, false, false},
		"nothing":                 {``, false, false},
		"more after it":           {`{"pools":[]}x`, false, false},
		"a comma too many":        {`{"pools":[{"id":"x"},]}`, false, false},
		"a number with a zero":    {`{"pools":[{"x":01}]}`, false, false},
		"half a number":           {`{"pools":[{"x":1.}]}`, false, false},
		"a control character":     {"{\"pools\":[{\"x\":\"aaaaaaaaaaaaaa\n\"}]}", false, false},
		"half an escape":          {`{"pools":[{"x":"\u00g0"}]}`, false, false},
		"very deep":               {`{"pools":[{"x":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}]}`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := pools(tt.data)
			if v.agree(t, tt.data); v.quick != tt.quick || v.harmless != tt.harmless {
				t.Errorf("quick %v, harmless %v", v.quick, v.harmless)
			}
		})
	}
}

func FuzzAnswer(f *testing.F) {
	for data := range regular {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		for _, read := range regular {
			read(data).agree(t, data)
		}
	})
}
