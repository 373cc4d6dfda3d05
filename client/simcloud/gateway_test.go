package simcloud

import (
	"slices"
	"strings"
	"testing"
)

func TestInstances(t *testing.T) {
	l := newLab(t, Options{})
	project := "/v2/" + l.account.ProjectID
	apigs := l.must(200, "GET", project+"/apigw/instances", "")
	if apigs.str("instances", 0, "id") != l.account.APIGInstanceID || apigs.str("instances", 0, "instance_name") != "apig-prod" ||
		apigs.str("instances", 0, "status") != "Running" || apigs.at("instances", 0, "instance_status") != 6.0 || apigs.at("total") != 3.0 {
		t.Errorf("APIG: %s", apigs.text)
	}
	if _, ok := apigs.at("instances", 0, "create_time").(float64); !ok {
		t.Errorf("create_time is not a number: %s", apigs.text)
	}
	if r := l.must(200, "GET", project+"/apigw/instances?status=Running&instance_name=stag", ""); r.at("total") != 1.0 {
		t.Errorf("filtered: %s", r.text)
	}
	romas := l.must(200, "GET", project+"/instances?limit=1", "")
	if romas.str("instances", 0, "id") != l.account.ROMAInstanceID || romas.str("instances", 0, "name") == "" || romas.at("total") != 2.0 || romas.at("size") != 1.0 {
		t.Errorf("ROMA: %s", romas.text)
	}
	if r := l.must(200, "GET", project+"/instances?status=FROZEN", ""); r.at("total") != 1.0 {
		t.Errorf("frozen: %s", r.text)
	}
}

// TestChannelShapes: APIG says what a channel is and how its servers are, ROMA does not.
func TestChannelShapes(t *testing.T) {
	l := newLab(t, Options{})
	for service, says := range map[string]bool{serviceAPIG: true, serviceROMA: false} {
		path, c := l.builtinChannel(service)
		list := l.must(200, "GET", path[:strings.LastIndexByte(path, '/')]+"?limit=500", "")
		i := slices.Index(list.ids("vpc_channels"), c.ID)
		if list.at("vpc_channels", i, "members") != nil || list.at("vpc_channels", i, "vpc_health_config") != nil {
			t.Errorf("%s: the list shows members: %s", service, list.text)
		}
		if (list.str("vpc_channels", i, "vpc_channel_type") == "builtin") != says {
			t.Errorf("%s: vpc_channel_type %q", service, list.str("vpc_channels", i, "vpc_channel_type"))
		}
		show := l.must(200, "GET", path, "")
		if len(show.ids("members")) != len(c.members) || show.str("vpc_health_config", "protocol") != "TCP" {
			t.Errorf("%s: shown: %s", service, show.text)
		}
		members := l.must(200, "GET", path+"/members", "")
		if (members.str("members", 0, "health_status") != "") != says || members.str("members", 0, "vpc_channel_id") != c.ID || members.at("total") != float64(len(c.members)) {
			t.Errorf("%s: members: %s", service, members.text)
		}
	}
}

func TestAddChannelMembers(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	for _, i := range l.world().instances {
		if !i.running() {
			continue
		}
		id := l.mint.hex32()
		made := l.AddChannel(i.id, id, "VPC_new", "10.0.0.1")
		path := l.channels(i) + "/" + id
		// An address that is there already is updated, of doubles in one request the first wins.
		r := l.must(201, "POST", path+"/members", `{"members":[{"host":"10.0.0.1","weight":7},{"host":"10.0.0.2","weight":1,"status":2},{"host":"10.0.0.2","weight":9}]}`)
		if ids := r.ids("members"); len(ids) != 2 || ids[0] != made[0] || r.at("members", 0, "weight") != 7.0 || r.at("members", 1, "weight") != 1.0 {
			t.Errorf("added: %s", r.text)
		}
		for body, code := range map[string]string{
			`{}`:                         "APIG.2012",
			`{"members":[{"weight":1}]}`: "APIG.2012",
			`{"members":[{"host":"10.0.0.3","member_group_name":"none"}]}`: "APIG.2012",
			`{"members":[` + elevenHosts() + `]}`:                          "APIG.3110",
		} {
			if r := l.do("POST", path+"/members", body); r.str("error_code") != code {
				t.Errorf("%.60s: %d %s, want %s", body, r.status, r.text, code)
			}
		}
		l.must(204, "DELETE", path+"/members/"+r.ids("members")[1], "")
		if r := l.must(200, "GET", path+"/members", ""); r.at("total") != 1.0 {
			t.Errorf("after deleting: %s", r.text)
		}
	}
}

func elevenHosts() string {
	var hosts []string
	for last := range strings.SplitSeq("10 11 12 13 14 15 16 17 18 19 20", " ") {
		hosts = append(hosts, `{"host":"10.0.2.`+last+`"}`)
	}
	return strings.Join(hosts, ",")
}

func TestMembersThatCannotBeDeleted(t *testing.T) {
	l := newLab(t, Options{})
	const none = "be63c6260a1043888187f84af39c9f0e"
	path, c := l.builtinChannel(serviceAPIG)
	instances := path[:strings.LastIndexByte(path, '/')]
	var reference string
	for _, i := range l.world().instances {
		for _, other := range i.channels.all {
			if other.reference() && i.service == serviceROMA {
				reference = l.channels(i) + "/" + other.ID
			}
		}
	}
	for _, step := range []struct {
		name, path string
		status     int
		code       string
	}{
		{"reference channel", reference + "/members/" + none, 403, "APIG.3471"},
		{"no such channel", instances + "/" + none + "/members/" + none, 404, "APIG.3023"},
		{"malformed channel", instances + "/x/members/" + none, 400, "APIG.2012"},
		{"no such instance", strings.Replace(path, l.account.APIGInstanceID, none, 1) + "/members/" + none, 404, "APIG.3030"},
		{"instance of the other service", strings.Replace(path, "/apigw/", "/apic/", 1) + "/members/" + none, 404, "APIG.3030"},
		{"id in upper case", path + "/members/" + strings.ToUpper(none), 400, "APIG.2012"},
	} {
		if r := l.do("DELETE", step.path, ""); r.status != step.status || r.str("error_code") != step.code || r.at("request_id") != nil {
			t.Errorf("%s: %d %s, want %d %s", step.name, r.status, r.text, step.status, step.code)
		}
	}
	i, _ := (&call{Cloud: l.Cloud, w: l.world(), family: apig, args: []string{l.account.APIGInstanceID}}).instance()
	i.status = "Updating"
	if r := l.do("DELETE", path+"/members/"+c.members[0].ID, ""); r.status != 409 || r.str("error_code") != "APIG.3718" {
		t.Errorf("instance not running: %d %s", r.status, r.text)
	}
}
