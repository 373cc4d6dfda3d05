package profile

import (
	"errors"
	"strings"
	"testing"
)

const two = `profiles:
  acme:
    cloud: huawei
    region: cn-north-4
    project_id: aaaa
    auth: {access_key: a, secret_key: b}
  other:
    cloud: otc
    region: eu-nl
    project_name: eu-nl_team
    auth: {username: u, password: p, domain_name: d}
    read_only: true
`

func TestWhichProfile(t *testing.T) {
	sdk := []string{"HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=b", "HUAWEICLOUD_SDK_PROJECT_ID=cccc", "HW_REGION_NAME=cn-east-3"}
	openStack := []string{"OS_USERNAME=u", "OS_PASSWORD=p", "OS_USER_DOMAIN_NAME=d", "OS_REGION_NAME=eu-de",
		"OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com/v3", "OS_PROJECT_NAME=eu-de", "OS_PROJECT_ID=dddd"}
	noProject := []string{sdk[0], sdk[1], sdk[3]}
	tests := []struct {
		name   string
		choice Choice
		config string
		env    []string
		want   string // name region cloud
		class  error
		says   []string
	}{
		{name: "named", choice: Choice{Profile: "other"}, config: "current: acme\n" + two, want: "other eu-nl otc"},
		{name: "current", config: "current: acme\n" + two, env: noProject, want: "acme cn-north-4 huawei"},
		{name: "the only one", config: good, env: noProject, want: "acme cn-north-4 huawei"},
		{name: "environment of the SDK", env: append(sdk, openStack[:5]...), want: "env cn-east-3 huawei"},
		{name: "environment of OpenStack", env: openStack, want: "env eu-de otc"},
		{name: "environment by name", choice: Choice{Profile: "env"}, config: good, env: openStack, want: "env eu-de otc"},
		{name: "environment as current", config: "current: env\n" + two, env: sdk, want: "env cn-east-3 huawei"},
		{name: "region by flag", choice: Choice{Region: "cn-east-3"}, config: good, want: "acme cn-east-3 huawei"},
		{name: "several and no current", config: two, env: sdk, class: Usage, says: []string{"--profile", `"acme", "other"`}},
		{name: "none of that name", choice: Choice{Profile: "acmee"}, config: good, class: Usage, says: []string{`"acmee"`, `"acme"`}},
		{name: "no environment", choice: Choice{Profile: "env"}, config: good, class: Credentials, says: []string{"HUAWEICLOUD_SDK_AK", "OS_USERNAME"}},
		{name: "none at all", class: Credentials, says: []string{"config.yaml", "HUAWEICLOUD_SDK_AK", "OS_USERNAME", "janitor demo"}},
		{name: "half of the SDK's", env: sdk[:1], class: Usage, says: []string{"HUAWEICLOUD_SDK_REGION"}},
		{name: "half of the SDK's keys", env: []string{sdk[0], sdk[2], sdk[3]}, class: Usage, says: []string{"HUAWEICLOUD_SDK_AK without HUAWEICLOUD_SDK_SK", "set HUAWEICLOUD_SDK_SK"}},
		{name: "SDK without project", env: []string{sdk[0], sdk[1], sdk[3]}, class: Usage, says: []string{"set HUAWEICLOUD_SDK_PROJECT_ID"}},
		{name: "OpenStack without cloud", env: []string{"OS_TOKEN=t", "OS_REGION_NAME=r", "OS_PROJECT_ID=p"}, class: Usage, says: []string{"elb", "--endpoint elb="}},
		{name: "OpenStack with two ways", env: append([]string{"OS_AUTH_TOKEN=t"}, openStack...), class: Usage, says: []string{"OS_USERNAME and OS_PASSWORD, or OS_AUTH_TOKEN"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.choice.Lookup = environ(t, test.config, test.env...)
			p, err := Find(test.choice)
			if test.class != nil {
				if !errors.Is(err, test.class) {
					t.Fatalf("got %v, want an error of class %v", err, test.class)
				}
				for _, says := range test.says {
					if !strings.Contains(err.Error(), says) {
						t.Errorf("%q does not say %q", err, says)
					}
				}
				return
			}
			if got := strings.Join([]string{p.Name, p.Region, p.Cloud}, " "); err != nil || got != test.want {
				t.Errorf("got %s, %v; want %s", got, err, test.want)
			}
		})
	}
}

func TestEndpointsByRank(t *testing.T) {
	config := edit(t, "    auth:", "    endpoints: {elb: \"https://file/\", apig: \"https://file\"}\n    auth:")
	p, err := Find(Choice{
		Endpoints: []string{"elb=https://flag"},
		Lookup:    environ(t, config, "JANITOR_ENDPOINT_ELB=https://env", "JANITOR_ENDPOINT_APIG=http://127.0.0.1:8080", "JANITOR_ENDPOINT_IAM=https://iam/v3/"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Endpoints{ELB: "https://flag", APIG: "http://127.0.0.1:8080", IAM: "https://iam", ROMA: "https://roma.cn-north-4.myhuaweicloud.com"}
	if got := p.resolve(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestAnotherRegionNeedsOtherEndpoints: endpoints that are written for one region stay where they are, so what is listed would be
// shown under the name of a region that it is not in.
func TestAnotherRegionNeedsOtherEndpoints(t *testing.T) {
	const elb, written = "https://elb.cn-east-3.example.com", "are written for cn-north-4: it has no other region"
	for _, test := range []struct {
		name, endpoints string
		choice          Choice
		env             []string
		elb, says       string
	}{
		{name: "written", endpoints: "elb: https://one", says: "(elb)"},
		{name: "several", endpoints: "elb: https://one, apig: https://one, iam: https://one", says: "(elb, apig)"},
		{name: "half of them", endpoints: "elb: 'https://elb.{region}.example.com', roma: https://one", says: "(roma)"},
		{name: "with its region", endpoints: "elb: 'https://elb.{region}.example.com'", elb: elb},
		{name: "only iam, which may be for all", endpoints: "iam: https://one", elb: "https://elb.cn-east-3.myhuaweicloud.com"},
		{name: "of that region", endpoints: "elb: " + elb, elb: elb},
		{name: "given with it", endpoints: "elb: https://one", choice: Choice{Endpoints: []string{"elb=https://two"}}, elb: "https://two"},
		{name: "of the environment", endpoints: "elb: https://one", env: []string{"JANITOR_ENDPOINT_ELB=https://two"}, elb: "https://two"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.choice.Lookup = environ(t, edit(t, "    auth:", "    endpoints: {"+test.endpoints+"}\n    auth:"), test.env...)
			test.choice.Region = "cn-north-4" // its own
			if _, err := Find(test.choice); err != nil {
				t.Error(err)
			}
			test.choice.Region = "cn-east-3"
			p, err := Find(test.choice)
			switch {
			case test.says == "" && err != nil, test.says == "" && (p.Region != "cn-east-3" || p.Endpoints.ELB != test.elb && p.resolve().ELB != test.elb):
				t.Errorf("%s, %+v, %v", p.Region, p.resolve(), err)
			case test.says != "" && (!errors.Is(err, Usage) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), written)):
				t.Errorf("%v, want %q, %q", err, test.says, written)
			}
		})
	}
	p, err := Find(Choice{Region: "my-2", Lookup: environ(t, "", "HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=b", "HUAWEICLOUD_SDK_PROJECT_ID=c",
		"HW_REGION_NAME=my-1", "HUAWEICLOUD_SDK_REGION_ELB_MY_1=https://one", "HUAWEICLOUD_SDK_REGION_ELB_MY_2=https://two")})
	if err != nil || p.Region != "my-2" || p.Endpoints.ELB != "https://two" {
		t.Errorf("the SDK's: %+v, %v", p, err)
	}
}

func TestEndpointsOfClouds(t *testing.T) {
	tests := []struct {
		cloud, region, gateway string
		want                   Endpoints
	}{
		{"huawei", "cn-north-4", "", Endpoints{"https://elb.cn-north-4.myhuaweicloud.com", "https://apig.cn-north-4.myhuaweicloud.com",
			"https://roma.cn-north-4.myhuaweicloud.com", "https://iam.cn-north-4.myhuaweicloud.com"}},
		{"huawei", "eu-west-101", "", Endpoints{"https://elb.eu-west-101.myhuaweicloud.eu", "https://apig.eu-west-101.myhuaweicloud.eu",
			"", "https://iam.eu-west-101.myhuaweicloud.eu"}},
		{"huawei", "af-south-1", "apic", Endpoints{"https://elb.af-south-1.myhuaweicloud.com", "https://apig.af-south-1.myhuaweicloud.com",
			"https://roma.af-south-1.myhuaweicloud.com", "https://iam.af-south-1.myhuaweicloud.com"}},
		{"otc", "eu-de", "", Endpoints{"https://elb.eu-de.otc.t-systems.com", "https://apig.eu-de.otc.t-systems.com", "", "https://iam.eu-de.otc.t-systems.com"}},
		{"otc", "eu-nl", "", Endpoints{"https://elb.eu-nl.otc.t-systems.com", "", "", "https://iam.eu-nl.otc.t-systems.com"}},
		{"otc", "eu-ch2", "", Endpoints{"https://elb.eu-ch2.sc.otc.t-systems.com", "https://apig.eu-ch2.sc.otc.t-systems.com", "", "https://iam.eu-ch2.sc.otc.t-systems.com"}},
		{"flexible-engine", "eu-west-0", "", Endpoints{"https://elb.eu-west-0.prod-cloud-ocb.orange-business.com", "https://apig.eu-west-0.prod-cloud-ocb.orange-business.com",
			"", "https://iam.eu-west-0.prod-cloud-ocb.orange-business.com"}},
		{"sbercloud", "ru-moscow-1", "", Endpoints{"https://elb.ru-moscow-1.hc.sbercloud.ru", "https://apig.ru-moscow-1.hc.sbercloud.ru", "", "https://iam.ru-moscow-1.hc.sbercloud.ru"}},
		{"sbercloud", "ru-northwest-2", "", Endpoints{"https://elb.ru-northwest-2.hc.sbercloud.ru", "https://apig.ru-northwest-2.hc.sbercloud.ru",
			"https://roma.ru-northwest-2.hc.sbercloud.ru", "https://iam.ru-northwest-2.hc.sbercloud.ru"}},
		{"custom", "eu-de", "", Endpoints{}},
	}
	for _, test := range tests {
		p := Profile{Cloud: test.cloud, Region: test.region, Gateway: Gateway{Service: test.gateway}}
		if got := p.resolve(); got != test.want {
			t.Errorf("%s %s: %v, want %v", test.cloud, test.region, got, test.want)
		}
	}
}

func TestBadEndpointsFromOutside(t *testing.T) {
	for _, test := range []struct {
		flag, env string
		says      []string
	}{
		{flag: "elb", says: []string{"--endpoint", "SERVICE=URL"}},
		{flag: "elb=elb.example.com", says: []string{"--endpoint elb", "https://"}},
		{flag: "elb=http://10.0.0.1", says: []string{"--endpoint elb", "http://10.0.0.1", "https"}},
		{flag: "elbe=https://elb.example.com", says: []string{`unknown service "elbe"`, `"elb"`}},
		{flag: "https://u:hunter2@elb.example.com", says: []string{"--endpoint", "SERVICE=URL"}},
		{flag: "https://u:hunter2@elb.example.com/?a=b", says: []string{"--endpoint", "SERVICE=URL"}},
		{flag: "iam=https://u:hunter2@iam.example.com", says: []string{"--endpoint iam", "no user name or password"}},
		{flag: "iam=https://u:hunter2@iam example.com", says: []string{"--endpoint iam", "no user name or password"}},
		{env: "http://elb.example.com", says: []string{"JANITOR_ENDPOINT_ELB", "http://elb.example.com", "https"}},
	} {
		c := Choice{Lookup: environ(t, good, "JANITOR_ENDPOINT_ELB="+test.env)}
		if test.flag != "" {
			c.Endpoints = []string{test.flag}
		}
		_, err := Find(c)
		if !errors.Is(err, Usage) || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q %q: %v", test.flag, test.env, err)
			continue
		}
		for _, says := range test.says {
			if !strings.Contains(err.Error(), says) {
				t.Errorf("%q does not say %q", err, says)
			}
		}
	}
}
