package profile

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestListShowsEveryProfileAndWhichIsUsed(t *testing.T) {
	files := map[string]string{
		"config.yaml": "current: acme\n" + two + "  broken:\n    region: eu-de\n    auth: {access_key: 'env:AK', secret_key: 'cmd:pass show hunter2'}\n" +
			"  fetched:\n    cloud: otc\n    region: eu-de\n    project_name: eu-de\n    auth: {access_key: 'cmd:pass hunter2', secret_key: 'env:SK'}\n",
		".huaweicloud/credentials": sdkINI, "clouds.yaml": openYAML, "secure.yaml": secureYAML, ".hcloud/config.json": kooJSON,
	}
	c := home(t, files, "HW_ACCESS_KEY=VERYLONGKEY1", "HW_SECRET_KEY=hunter2", "HW_REGION_NAME=cn-east-3", "HW_PROJECT_NAME=cn-east-3", "HUAWEICLOUD_SDK_REGION=r1",
		"OS_TOKEN=hunter2", "OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com", "JANITOR_METADATA=")
	all, _, inactive, err := List(c)
	if err != nil || inactive != nil {
		t.Fatal(err, inactive)
	}
	want := []struct{ name, project, as, problem string }{
		{"acme", "aaaa", "access key …", ""},
		{"broken", "", "access key env:AK", "names no project"},
		{"fetched", "eu-de", "access key cmd:pass", ""},
		{"other", "eu-nl_team", "user u of d", ""},
		{"env", "cn-east-3", "access key env:HW_ACCESS_KEY", ""},
		{"env/os", "", "token env:OS_TOKEN", "names no project"},
		{"sdk/basic", "5d0c0000000000000000000000000001", "temporary access key AKFR…00", ""},
		{"clouds/keys", "c10d0000000000000000000000000001", "access key AKIN…00", ""},
		{"clouds/team", "eu-de_team", "user jane of OTC-1", ""},
		{"hcloud/one", "b00c0000000000000000000000000001", "access key AKOF…00", ""},
		{"hcloud/two", "p", "", "skipped: its keys are encrypted"},
		{"hcloud/three", "", "", "skipped: its keys are encrypted"},
		{"hcloud/four", "b00c0000000000000000000000000004", "temporary access key STSK…00", ""},
		{"hcloud/five", "", "the server's agency", ""},
		{"hcloud/six", "", "", "skipped: janitor does not take on an agency"},
		{"server/agency", "", "the server's agency", "asked only when nothing else is found"},
	}
	for i, f := range all {
		if i >= len(want) {
			t.Errorf("also %+v", f)
			continue
		}
		w := want[i]
		if f.Name != w.name || f.Project != w.project || f.As != w.as || (f.Problem == "") != (w.problem == "") || !strings.Contains(f.Problem, w.problem) || f.Active != (f.Name == "acme") {
			t.Errorf("got  %+v\nwant %+v", f, w)
		}
	}
	if len(all) < len(want) {
		t.Errorf("%d profiles, want %d", len(all), len(want))
	}
	if data, err := json.Marshal(all); err != nil || strings.Contains(string(data), "hunter2") || strings.Contains(string(data), "VERYLONGKEY1") {
		t.Errorf("%s, %v", data, err)
	}
}

// What is wrong with a file of another program stands with its profiles, and nothing else is lost by it.
func TestListShowsWhatIsWrong(t *testing.T) {
	all, _, inactive, err := List(home(t, map[string]string{
		"config.yaml": "profiles: {acme: {region: eu-de, auth: {clouds: team}}}", "clouds.yaml": "clouds: 1", ".hcloud/config.json": kooJSON,
	}))
	if err != nil || inactive == nil || len(all) != 8 {
		t.Fatalf("%+v, %v, %v", all, inactive, err)
	}
	for i, want := range []Found{{Name: "acme", As: "cloud team", Problem: "clouds.yaml:1"}, {Name: "clouds/", Problem: "clouds.yaml:1"}, {Name: "hcloud/one", As: "access key AKOF…00"}} {
		if got := all[i]; got.Name != want.Name || got.As != want.As || !strings.Contains(got.Problem, want.Problem) || (got.Problem == "") != (want.Problem == "") {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

// The one that is used is shown as the flags make it, the others as they are written.
func TestListMindsTheFlags(t *testing.T) {
	c := home(t, map[string]string{"config.yaml": two})
	c.Profile, c.Region, c.Project, c.ReadOnly = "acme", "cn-east-3", "bbbb", true
	all, _, inactive, err := List(c)
	if err != nil || inactive != nil || len(all) != 2 {
		t.Fatalf("%+v, %v, %v", all, inactive, err)
	}
	if a, o := all[0], all[1]; !a.Active || a.Region != "cn-east-3" || a.Project != "bbbb" || !a.ReadOnly || o.Active || o.Region != "eu-nl" || o.Project != "eu-nl_team" {
		t.Errorf("%+v", all)
	}
}

// Where nothing else is found the server's agency is used; whether there is one is found out by using it.
func TestListShowsTheAgencyAsUsed(t *testing.T) {
	all, _, inactive, err := List(home(t, nil, "JANITOR_METADATA="))
	if err != nil || inactive != nil || len(all) != 1 || all[0].Name != "server/agency" || !all[0].Active || all[0].Problem != "" || !strings.Contains(all[0].Where, "nothing else was found") {
		t.Errorf("%+v, %v, %v", all, inactive, err)
	}
}

func TestListSaysWhyNoneIsUsed(t *testing.T) {
	all, _, inactive, err := List(home(t, map[string]string{"config.yaml": two}))
	if err != nil || len(all) != 2 || !errors.Is(inactive, Usage) || all[0].Active || all[1].Active || !all[1].ReadOnly {
		t.Errorf("%+v, %v, %v", all, inactive, err)
	}
	all, _, inactive, err = List(home(t, nil))
	if err != nil || len(all) != 0 || !errors.Is(inactive, Credentials) {
		t.Errorf("%+v, %v, %v", all, inactive, err)
	}
	if _, _, _, err = List(home(t, map[string]string{"config.yaml": "profile: {}"})); !errors.Is(err, Usage) {
		t.Errorf("%v", err)
	}
}
