package profile

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// home is a user's directory with these files, where we are, and the environment in it: no config file, no metadata service.
func home(t *testing.T, files map[string]string, pairs ...string) Choice {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "$HOME", dir)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	vars := map[string]string{"HOME": dir, "JANITOR_METADATA": "off", "JANITOR_CONFIG": filepath.Join(dir, "config.yaml")}
	if _, ok := files["config.yaml"]; !ok {
		if err := os.WriteFile(vars["JANITOR_CONFIG"], nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		vars[name] = strings.ReplaceAll(value, "$HOME", dir)
	}
	t.Chdir(dir)
	return Choice{Lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok }}
}

const (
	sdkINI = `; keys
[basic]
ak = AKFROMFILE00
sk = "hunter2"
project_id = 5d0c0000000000000000000000000001
security_token = cmd:rm
iam_endpoint = https://iam.example.com

[global]
ak = x
sk = hunter2
domain_id = d
`
	openYAML = `clouds:
  team:
    profile: otc
    region_name: eu-de
    compute_api_version: "2"
    auth:
      auth_url: https://iam.eu-de.otc.t-systems.com/v3
      username: jane
      user_domain_name: OTC-1
      project_name: eu-de_team
  keys:
    auth:
      auth_url: https://iam.eu-nl.otc.t-systems.com/v3
      ak: AKINCLOUDS00
      sk: hunter2
      project_id: c10d0000000000000000000000000001
`
	secureYAML = "clouds: {team: {auth: {password: 'env:hunter2'}}}\n"
	kooJSON    = `{"language":"en","current":"one","profiles":[
		{"name":"one","mode":"AKSK","accessKeyId":"AKOFKOOCLI00","secretAccessKey":"hunter2","securityToken":"","region":"cn-north-4","projectId":"b00c0000000000000000000000000001"},
		{"name":"two","mode":"AKSK","accessKeyId":"q0+l/Zm9v=","secretAccessKey":"aGVs+bG8=/hunter2","region":"cn-north-4","projectId":"p"},
		{"name":"three","mode":"AKSK","accessKeyId":{"isEncrypted":true,"value":"hunter2"},"secretAccessKey":{"isEncrypted":true,"value":"hunter2"}},
		{"name":"four","mode":"SSO","region":"r1","projectId":"b00c0000000000000000000000000004","ssoAuth":{"stsToken":{"accessKeyId":"STSKEY000000","secretAccessKey":"hunter2","securityToken":"t"}}},
		{"name":"five","mode":"ecsAgency","region":"r1"},
		{"name":"six","mode":"AKSK","accessKeyId":"a","secretAccessKey":"b","agencyName":"other"}]}`
)

func TestEverySourceInItsOrder(t *testing.T) {
	files := map[string]string{
		".huaweicloud/credentials": sdkINI, ".config/openstack/clouds.yaml": openYAML, ".config/openstack/secure.yaml": secureYAML,
		".hcloud/config.json": kooJSON,
	}
	without := func(names ...string) map[string]string {
		left := maps.Clone(files)
		for _, name := range names {
			delete(left, name)
		}
		return left
	}
	const sdk, clouds = ".huaweicloud/credentials", ".config/openstack/clouds.yaml"
	hw := []string{"HW_ACCESS_KEY=a", "HW_SECRET_KEY=b", "HW_REGION_NAME=cn-east-3", "HW_PROJECT_ID=e11e0000000000000000000000000001"}
	tests := []struct {
		name   string
		files  map[string]string
		env    []string
		choice Choice
		want   string // name region cloud project way
	}{
		{name: "HW_ variables", files: files, env: hw, want: "env cn-east-3 huawei e11e0000000000000000000000000001 keys"},
		{name: "HW_ with a user of an account by ids", env: []string{"HW_USER_ID=u", "HW_USER_PASSWORD=p", "HW_DOMAIN_ID=d", "HW_REGION_NAME=r1", "HW_PROJECT_NAME=r1"},
			want: "env r1 huawei r1 login"},
		{name: "HW_ of another cloud", env: append([]string{"HW_CLOUD=cloud.example.com"}, hw...), want: "env cn-east-3 custom e11e0000000000000000000000000001 keys"},
		{name: "OS_ names twice as RC files do", env: []string{"OS_USERNAME=u", "OS_PASSWORD=p", "OS_USER_DOMAIN_NAME=d", "OS_USER_DOMAIN_ID=i", "OS_PROJECT_NAME=eu-de",
			"OS_PROJECT_ID=99", "OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com/v3"}, want: "env eu-de otc 99 login"},
		{name: "keys of the SDK beside an identity provider", env: []string{"HUAWEICLOUD_SDK_IDP_ID=i", "HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=b", "HUAWEICLOUD_SDK_PROJECT_ID=99",
			"HUAWEICLOUD_SDK_REGION=r1"}, want: "env r1 huawei 99 keys"},
		{name: "HW_ of a cloud that is known by its domain", env: append([]string{"HW_CLOUD=hc.sbercloud.ru"}, hw...), want: "env cn-east-3 sbercloud e11e0000000000000000000000000001 keys"},
		{name: "OS_ user by name and id, with a token of keys left over", env: []string{"OS_USERNAME=u", "OS_USER_ID=i", "OS_PASSWORD=p", "OS_PROJECT_ID=99", "OS_SECURITY_TOKEN=t",
			"OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com/v3"}, want: "env eu-de otc 99 login"},
		{name: "OS_ keys and the account of a login", env: []string{"OS_ACCESS_KEY=u", "OS_SECRET_KEY=p", "OS_USER_DOMAIN_NAME=d", "OS_USER_DOMAIN_ID=i", "OS_PROJECT_ID=99",
			"OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com/v3"}, want: "env eu-de otc 99 keys"},
		{name: "OS_TENANT_NAME", env: []string{"OS_ACCESS_KEY=u", "OS_SECRET_KEY=p", "OS_TENANT_NAME=eu-de", "OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com/v3"},
			want: "env eu-de otc eu-de keys"},
		{name: "another family by name", files: files, env: append([]string{"OS_TOKEN=t", "OS_PROJECT_ID=e11e0000000000000000000000000001", "OS_REGION_NAME=eu-de",
			"OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com"}, hw...), choice: Choice{Profile: "env/os"}, want: "env/os eu-de otc e11e0000000000000000000000000001 token"},
		{name: "SDK file", files: files, env: []string{"HUAWEICLOUD_SDK_REGION=cn-north-4"}, want: "sdk/basic cn-north-4 huawei 5d0c0000000000000000000000000001 keys"},
		{name: "SDK file elsewhere", files: map[string]string{"other": sdkINI}, env: []string{"HUAWEICLOUD_SDK_CREDENTIALS_FILE=$HOME/other"}, choice: Choice{Region: "r1"},
			want: "sdk/basic r1 huawei 5d0c0000000000000000000000000001 keys"},
		{name: "clouds.yaml by OS_CLOUD", files: without(sdk), env: []string{"OS_CLOUD=team"}, want: "clouds/team eu-de otc eu-de_team login"},
		{name: "clouds.yaml by name", files: files, choice: Choice{Profile: "clouds/keys"}, want: "clouds/keys eu-nl otc c10d0000000000000000000000000001 keys"},
		{name: "clouds.yaml elsewhere", files: map[string]string{"x.yaml": openYAML}, env: []string{"OS_CLIENT_CONFIG_FILE=$HOME/x.yaml", "OS_CLOUD=keys"},
			want: "clouds/keys eu-nl otc c10d0000000000000000000000000001 keys"},
		{name: "clouds.yaml here first", files: map[string]string{"clouds.yaml": strings.Replace(openYAML, "keys:", "here:", 1), clouds: openYAML}, env: []string{"OS_CLOUD=here"},
			want: "clouds/here eu-nl otc c10d0000000000000000000000000001 keys"},
		{name: "clouds.yaml with what all users of a cloud share", files: map[string]string{
			"clouds.yaml":        "clouds: {mine: {profile: vendor, auth: {token: hunter2, project_id: '99'}}}",
			"clouds-public.yaml": "public-clouds: {vendor: {region_name: eu-nl, auth: {auth_url: 'https://iam.%(region_name)s.otc.t-systems.com/v3'}}}",
		}, want: "clouds/mine eu-nl otc 99 token"},
		{name: "clouds.yaml with a region only in the project's name", files: map[string]string{
			"clouds.yaml": "clouds: {mine: {cloud: otc, auth: {user_id: u, password: hunter2, domain_id: d, project_name: eu-nl_team}}}",
		}, want: "clouds/mine eu-nl otc eu-nl_team login"},
		{name: "the only one of KooCLI that can be used", files: map[string]string{
			".hcloud/config.json": `{"profiles":[{"name":"one","mode":"OTHER"},{"name":"two","accessKeyId":"a","secretAccessKey":"b","projectId":"99"}]}`,
		}, env: []string{"HW_REGION_NAME=r1"}, want: "hcloud/two r1 huawei 99 keys"},
		{name: "KooCLI's current", files: without(sdk, clouds), want: "hcloud/one cn-north-4 huawei b00c0000000000000000000000000001 keys"},
		{name: "KooCLI's by HW_PROFILE", files: without(sdk, clouds), env: []string{"HW_PROFILE=four"}, want: "hcloud/four r1 huawei b00c0000000000000000000000000004 keys"},
		{name: "KooCLI's by name", files: files, choice: Choice{Profile: "hcloud/four"}, want: "hcloud/four r1 huawei b00c0000000000000000000000000004 keys"},
		{name: "KooCLI's agency", files: files, choice: Choice{Profile: "hcloud/five"}, want: "hcloud/five r1 huawei  agency"},
		{name: "agency by name", files: files, choice: Choice{Profile: "server/agency"}, want: "server/agency  huawei  agency"},
		{name: "config with a cloud of clouds.yaml", files: map[string]string{clouds: openYAML, ".config/openstack/secure.yaml": secureYAML,
			"config.yaml": "profiles: {acme: {auth: {clouds: team}, read_only: true}}"}, want: "acme eu-de otc eu-de_team login"},
		{name: "project by flag", files: files, env: hw, choice: Choice{Project: "cn-east-3_team"}, want: "env cn-east-3 huawei cn-east-3_team keys"},
		{name: "project id by flag", files: files, env: hw, choice: Choice{Project: "0123"}, want: "env cn-east-3 huawei 0123 keys"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := home(t, test.files, test.env...)
			c.Profile, c.Region, c.Project = test.choice.Profile, test.choice.Region, test.choice.Project
			p, err := Find(c)
			way := "token"
			switch {
			case p.Auth.AccessKey != "":
				way = "keys"
			case p.Auth.login():
				way = "login"
			case p.Auth.Agency:
				way = "agency"
			}
			got := strings.Join([]string{p.Name, p.Region, p.Cloud, p.ProjectID + p.ProjectName, way}, " ")
			if err != nil || got != test.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, test.want)
			}
			if strings.Contains(fmt.Sprintf("%+v", p), "hunter2") {
				t.Error("the profile shows a secret")
			}
		})
	}
}

// OS_DOMAIN_NAME may be the domain to work in: who logs in is a user of OS_USER_DOMAIN_NAME, where that is said.
func TestTheDomainOfTheUserCounts(t *testing.T) {
	env := []string{"OS_USERNAME=u", "OS_PASSWORD=p", "OS_DOMAIN_NAME=work", "OS_PROJECT_ID=99", "OS_AUTH_URL=https://iam.eu-de.otc.t-systems.com/v3"}
	for want, more := range map[string][]string{"work": nil, "users": {"OS_USER_DOMAIN_NAME=users"}} {
		p, err := Find(home(t, nil, append(env, more...)...))
		if err != nil {
			t.Fatal(err)
		}
		if who, err := p.fetch(t.Context()); err != nil || who.domainName != want {
			t.Errorf("got %q, %v, want %q", who.domainName, err, want)
		}
	}
}

// What other programs wrote is a value, however it begins.
func TestSecretsOfOtherProgramsAreNotRun(t *testing.T) {
	c := home(t, map[string]string{".huaweicloud/credentials": sdkINI, "clouds.yaml": openYAML, "secure.yaml": secureYAML}, "HUAWEICLOUD_SDK_REGION=r1")
	for name, want := range map[string]string{"sdk/basic": "cmd:rm", "clouds/team": "env:hunter2"} {
		c.Profile = name
		p, err := Find(c)
		if err != nil {
			t.Fatal(err)
		}
		who, err := p.fetch(t.Context())
		if err != nil || who.securityToken+who.password != want {
			t.Errorf("%s: got %q, %v", name, who.securityToken+who.password, err)
		}
	}
}

// Values may stand in quotes and comments begin with either sign, as the SDK takes them; Windows begins a file with a mark.
func TestTheCredentialsFileAsTheSDKReadsIt(t *testing.T) {
	c := home(t, map[string]string{".huaweicloud/credentials": "\ufeff# keys\r\n\r\n; mine\n[ basic ]\nak='AKFROMFILE00'\nsk = \"hunter=2\"\nproject_id=\"\"\nsecurity_token = \"\n"},
		"HUAWEICLOUD_SDK_REGION=r1")
	c.Project = "99"
	p, err := Find(c)
	if err != nil {
		t.Fatal(err)
	}
	if who, err := p.fetch(t.Context()); err != nil || who.accessKey != "AKFROMFILE00" || who.secretKey != "hunter=2" || who.securityToken != `"` {
		t.Errorf("got %q, %q, %q, %v", who.accessKey, who.secretKey, who.securityToken, err)
	}
}

// A profile with a cloud of clouds.yaml has all of it that it does not say itself.
func TestAProfileWithACloudOfCloudsYAML(t *testing.T) {
	clouds := strings.Replace(openYAML, "    auth:\n      auth_url: https://iam.eu-de.otc", "    cacert: $HOME/ca.pem\n    cert: c.pem\n    key: k.pem\n    auth:\n      auth_url: https://iam.mine.otc", 1)
	for more, want := range map[string][4]string{
		"": {"https://iam.mine.otc.t-systems.com", "ca.pem", "c.pem", "k.pem"},
		", ca_file: mine.pem, endpoints: {iam: 'https://iam.example.com'}": {"https://iam.example.com", "mine.pem", "c.pem", "k.pem"},
		", cert_file: m.pem, key_file: n.pem":                              {"https://iam.mine.otc.t-systems.com", "ca.pem", "m.pem", "n.pem"},
	} {
		p, err := Find(home(t, map[string]string{
			"clouds.yaml": clouds, "secure.yaml": secureYAML, "config.yaml": "profiles: {acme: {auth: {clouds: team}" + more + "}}",
		}))
		if err != nil {
			t.Fatal(err)
		}
		if got := [4]string{p.resolve().IAM, filepath.Base(p.CAFile), p.CertFile, p.KeyFile}; got != want {
			t.Errorf("%q: got %q, want %q", more, got, want)
		}
	}
}

func TestEndpointsOfTheSDK(t *testing.T) {
	regions := map[string]string{
		".huaweicloud/credentials":  sdkINI,
		".huaweicloud/regions.yaml": "ELB:\n  - id: my-region\n    endpoint: https://elb.my.example.com\nAPIG:\n  - id: my-region\n    endpoints: [https://apig.my.example.com, https://x]\n",
	}
	mine := Endpoints{ELB: "https://elb.my.example.com", APIG: "https://apig.my.example.com", ROMA: "https://roma.my.example.com", IAM: "https://iam.example.com"}
	other := Endpoints{ELB: "https://elb.cn-north-4.myhuaweicloud.com", APIG: "https://apig.cn-north-4.myhuaweicloud.com", ROMA: "https://roma.cn-north-4.myhuaweicloud.com", IAM: "https://iam.example.com"}
	for _, tt := range []struct {
		name, environment, flag string
		want                    Endpoints
	}{
		{"the environment's region", "my-region", "", mine},
		{"the region that is given", "", "my-region", mine},
		{"it is given instead", "cn-north-4", "my-region", mine},
		{"another one is given", "my-region", "cn-north-4", other},
	} {
		for name, env := range map[string][]string{
			"the file":        nil,
			"the environment": {"HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=b", "HUAWEICLOUD_SDK_PROJECT_ID=99", "HUAWEICLOUD_SDK_IAM_ENDPOINT=https://iam.example.com"},
		} {
			c := home(t, regions, append(env, "HUAWEICLOUD_SDK_REGION="+tt.environment, "HUAWEICLOUD_SDK_REGION_ROMA_MY_REGION=roma.my.example.com")...)
			c.Region = tt.flag
			p, err := Find(c)
			if got := p.resolve(); err != nil || got != tt.want {
				t.Errorf("%s, %s: got %v, %v", tt.name, name, got, err)
			}
		}
	}
}

// A service that stands there in several spellings has the endpoint of the documented one, in capitals.
func TestAServiceInSeveralSpellings(t *testing.T) {
	var regions sdkRegions
	const text = "elb: [{id: r1, endpoint: one}]\nElb: [{id: r1, endpoint: two}]\nELB: [{id: r1, endpoint: three}]\neLB: [{id: r1, endpoint: four}]\n"
	if err := yaml.Unmarshal([]byte(text), &regions); err != nil {
		t.Fatal(err)
	}
	for range 50 { // maps have no order
		if got := regions.endpoint("elb", "r1"); got != "three" {
			t.Fatalf("got %s", got)
		}
	}
}

// The address of clouds.yaml may be that of every region, too.
func TestTheAddressOfEveryRegionInCloudsYAML(t *testing.T) {
	c := home(t, map[string]string{"clouds.yaml": strings.Replace(openYAML, "iam.eu-nl.otc", "iam.%(region_name)s.otc", 1)}, "OS_CLOUD=keys")
	for _, region := range []string{"eu-de", "eu-nl"} {
		c.Region = region
		p, err := Find(c)
		if got := p.resolve(); err != nil || got.IAM != "https://iam."+region+".otc.t-systems.com" || got.ELB != "https://elb."+region+".otc.t-systems.com" {
			t.Errorf("got %v, %v", got, err)
		}
	}
}

func TestPatternsFollowTheRegion(t *testing.T) {
	c := home(t, nil, "HW_CLOUD=cloud.example.com", "HW_ACCESS_KEY=a", "HW_SECRET_KEY=b", "HW_REGION_NAME=r1", "HW_PROJECT_ID=99")
	c.Region = "r2"
	p, err := Find(c)
	if got := p.resolve(); err != nil || got.ELB != "https://elb.r2.cloud.example.com" || got.IAM != "https://iam.r2.cloud.example.com" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestSourcesThatAreWrong(t *testing.T) {
	clouds := func(old, replacement string) map[string]string {
		return map[string]string{".config/openstack/clouds.yaml": strings.Replace(openYAML, old, replacement, 1)}
	}
	ini := func(old, replacement string) map[string]string {
		return map[string]string{".huaweicloud/credentials": strings.Replace(sdkINI, old, replacement, 1)}
	}
	koo := func(text string) map[string]string { return map[string]string{".hcloud/config.json": text} }
	hw := []string{"HW_ACCESS_KEY=a", "HW_SECRET_KEY=b", "HW_REGION_NAME=r1", "HW_PROJECT_ID=aaaa"}
	tests := []struct {
		name  string
		files map[string]string
		env   []string
		named string
		class error
		says  []string
	}{
		{name: "unknown key in credentials", files: ini("ak =", "acess_key ="), class: Usage, says: []string{"credentials:3", `unknown key "acess_key" in [basic]`, "ak, sk"}},
		{name: "unknown section", files: ini("[basic]", "[basics]"), class: Usage, says: []string{"credentials:2", `unknown section "basics"`, `did you mean "basic"?`}},
		{name: "no section", files: ini("[basic]\n", ""), class: Usage, says: []string{"credentials:2", "before any section", "[basic]"}},
		{name: "no equals sign", files: ini("sk = \"hunter2\"", "sk hunter2"), class: Usage, says: []string{"credentials:4", "key = value"}},
		{name: "doubled key", files: ini("sk = \"hunter2\"", "sk = hunter2\nsk = hunter2"), class: Usage, says: []string{"credentials:5", "twice"}},
		{name: "a section left open", files: ini("[basic]", "[basic"), class: Usage, says: []string{"credentials:2", "the ] is missing"}},
		{name: "a section twice", files: ini("[global]", "[basic]"), class: Usage, says: []string{"credentials:9", "[basic] stands twice"}},
		{name: "an empty credentials file", files: map[string]string{".huaweicloud/credentials": "# nothing\n"}, class: Credentials, says: []string{"no profile found"}},
		{name: "half of the keys", files: ini("sk = \"hunter2\"\n", ""), env: []string{"HUAWEICLOUD_SDK_REGION=r1"}, class: Usage, says: []string{"ak without sk"}},
		{name: "named and missing", env: []string{"HUAWEICLOUD_SDK_CREDENTIALS_FILE=/nowhere/c"}, class: Usage, says: []string{"/nowhere/c", "HUAWEICLOUD_SDK_CREDENTIALS_FILE", "does not exist"}},
		{name: "unknown key in regions", files: map[string]string{".huaweicloud/regions.yaml": "ELB:\n  - id: r1\n    endpiont: https://x\n"},
			env: []string{"HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=b", "HUAWEICLOUD_SDK_REGION=r1", "HUAWEICLOUD_SDK_PROJECT_ID=99"}, class: Usage, says: []string{"regions.yaml:3", "endpiont"}},
		{name: "regions named and missing", env: []string{"HUAWEICLOUD_SDK_AK=a", "HUAWEICLOUD_SDK_SK=b", "HUAWEICLOUD_SDK_REGION=r1", "HUAWEICLOUD_SDK_PROJECT_ID=99", "HUAWEICLOUD_SDK_REGIONS_FILE=/nowhere/r"},
			class: Usage, says: []string{"/nowhere/r", "HUAWEICLOUD_SDK_REGIONS_FILE", "does not exist"}},
		{name: "only global", files: map[string]string{".huaweicloud/credentials": "[global]\nak = a\nsk = b\n"}, class: Credentials, says: []string{"no section [basic]"}},
		{name: "identity provider", files: map[string]string{".huaweicloud/credentials": "[basic]\nidp_id = a\nid_token_file = b\n"}, class: Credentials, says: []string{"identity provider"}},

		{name: "unknown key in auth", files: clouds("username:", "user_name:"), env: []string{"OS_CLOUD=team"}, class: Usage, says: []string{"clouds.yaml:8", `unknown key "user_name" in clouds.team.auth`, `"username"`}},
		{name: "number as password", files: map[string]string{"clouds.yaml": "clouds: {a: {auth: {password: 1234}}}"}, class: Usage, says: []string{"clouds.yaml:1", "put it in quotes"}},
		{name: "several clouds", files: clouds("x", "x"), class: Usage, says: []string{"clouds.yaml has several", "OS_CLOUD", "--profile clouds/NAME", "clouds/keys, clouds/team"}},
		{name: "no such cloud", files: clouds("x", "x"), env: []string{"OS_CLOUD=teem"}, class: Usage, says: []string{`"teem"`, "no such cloud", `"team"`}},
		{name: "no clouds.yaml", env: []string{"OS_CLOUD=team"}, class: Usage, says: []string{`"team"`, "no clouds.yaml", "openstack/clouds.yaml"}},
		{name: "clouds.yaml named and missing", env: []string{"OS_CLIENT_CONFIG_FILE=/nowhere/c"}, class: Usage, says: []string{"/nowhere/c", "OS_CLIENT_CONFIG_FILE", "does not exist"}},
		{name: "no such cloud by name", files: clouds("x", "x"), named: "clouds/teem", class: Usage, says: []string{`"clouds/teem"`, "clouds/team"}},
		{name: "verify false", files: clouds("    auth:", "    verify: false\n    auth:"), env: []string{"OS_CLOUD=team"}, class: Usage, says: []string{"verify: false", "cacert"}},
		{name: "application credentials", files: clouds("username: jane", "application_credential_id: x"), named: "clouds/team", class: Credentials, says: []string{"application credentials"}},
		{name: "verify false, by name", files: clouds("    auth:", "    verify: false\n    auth:"), named: "clouds/team", class: Usage, says: []string{`"clouds/team"`, "verify: false"}},
		{name: "a passcode", files: clouds("username: jane", "passcode: '1'"), named: "clouds/team", class: Credentials, says: []string{"passcode", "give a token"}},
		{name: "secure.yaml is wrong", files: map[string]string{"clouds.yaml": openYAML, "secure.yaml": "clouds: {team: {auth: {pasword: x}}}"}, named: "clouds/keys", class: Usage,
			says: []string{"secure.yaml:1", `unknown key "pasword"`}},
		{name: "clouds-public.yaml is wrong", files: map[string]string{"clouds.yaml": openYAML, "clouds-public.yaml": "public-clouds: 1"}, named: "clouds/keys", class: Usage,
			says: []string{"clouds-public.yaml:1"}},
		{name: "no password", files: clouds("x", "x"), env: []string{"OS_CLOUD=team"}, class: Usage, says: []string{`"clouds/team"`, "username without password"}},

		{name: "encrypted by its looks", files: koo(kooJSON), env: []string{"HW_PROFILE=two"}, class: Credentials, says: []string{`"hcloud/two"`, "is skipped", "encrypted", "janitor demo"}},
		{name: "several and no current", files: koo(strings.Replace(kooJSON, `"current":"one"`, `"current":""`, 1)), class: Usage, says: []string{"hcloud/one, hcloud/four, hcloud/five", "--profile hcloud/NAME"}},
		{name: "no such profile of KooCLI", files: koo(kooJSON), env: []string{"HW_PROFILE=won"}, class: Usage, says: []string{`HW_PROFILE is "won"`, "config.json has no such profile", `"one", "two"`}},
		{name: "another one than KooCLI's only one", files: koo(`{"profiles":[{"name":"one","accessKeyId":"a","secretAccessKey":"b"}]}`), env: []string{"HW_PROFILE=two"}, class: Usage, says: []string{`HW_PROFILE is "two"`, `choose from "one"`}},
		{name: "encrypted by its mark", files: koo(kooJSON), named: "hcloud/three", class: Credentials, says: []string{"encrypted", "hcloud configure set --cli-auth-encrypt=false"}},
		{name: "no keys", files: koo(`{"profiles":[{"name":"one","mode":"AKSK"}]}`), named: "hcloud/one", class: Credentials, says: []string{"it has no keys"}},
		{name: "KooCLI's file named and missing", env: []string{"HW_SHARED_CONFIG_FILE=/nowhere/k"}, class: Usage, says: []string{"/nowhere/k", "HW_SHARED_CONFIG_FILE", "does not exist"}},
		{name: "KooCLI's file is none", env: []string{"HW_SHARED_CONFIG_FILE=$HOME"}, class: Usage, says: []string{"KooCLI's file", "cannot be read"}},
		{name: "KooCLI's file is too large", files: koo(strings.Repeat(" ", fileMax+1)), class: Usage, says: []string{"config.json", "larger than 1048576 bytes"}},
		{name: "an unknown mode of KooCLI", files: koo(`{"profiles":[{"name":"one","mode":"OTHER"}]}`), named: "hcloud/one", class: Credentials, says: []string{"mode OTHER"}},
		{name: "an agency to take on", files: koo(kooJSON), named: "hcloud/six", class: Credentials, says: []string{"agencyName"}},
		{name: "not JSON", files: koo(`{"profiles":"hunter2`), class: Usage, says: []string{"config.json", "not KooCLI's JSON"}},

		{name: "an identity provider alone", env: []string{"HUAWEICLOUD_SDK_IDP_ID=i"}, named: "env/sdk", class: Credentials, says: []string{"HUAWEICLOUD_SDK_IDP_ID is set", "set HUAWEICLOUD_SDK_AK"}},
		{name: "assumed role", env: append([]string{"HW_ASSUME_ROLE_AGENCY_NAME=x"}, hw...), named: "env/hw", class: Credentials, says: []string{"HW_ASSUME_ROLE_AGENCY_NAME is set"}},
		{name: "insecure", env: append([]string{"HW_INSECURE=true"}, hw...), class: Usage, says: []string{"HW_INSECURE", "ca_file"}},
		{name: "keys and login", env: append([]string{"HW_USER_NAME=u", "HW_USER_PASSWORD=p", "HW_DOMAIN_NAME=d"}, hw...), class: Usage, says: []string{"twice", "HW_ACCESS_KEY and HW_SECRET_KEY, or HW_USER_NAME and HW_USER_PASSWORD"}},
		{name: "no project", env: hw[:3], class: Usage, says: []string{"names no project", "set HW_PROJECT_ID", "HW_PROJECT_NAME"}},

		{name: "environments for two projects", env: append([]string{"OS_PROJECT_ID=bbbb"}, hw...), class: Usage, says: []string{"HW_", "project aaaa", "OS_PROJECT_ID is bbbb", "unset", "--project"}},
		{name: "names for two projects", env: []string{"HW_ACCESS_KEY=a", "HW_SECRET_KEY=b", "HW_REGION_NAME=r1", "HW_PROJECT_NAME=r1", "OS_PROJECT_NAME=r1_team"}, class: Usage,
			says: []string{"project r1,", "OS_PROJECT_NAME is r1_team"}},
		{name: "names for two projects, one by its older name", env: []string{"HW_ACCESS_KEY=a", "HW_SECRET_KEY=b", "HW_REGION_NAME=r1", "HW_PROJECT_NAME=r1", "OS_TENANT_NAME=r1_team"}, class: Usage,
			says: []string{"project r1,", "OS_TENANT_NAME is r1_team"}},
		{name: "config against environment", files: map[string]string{"config.yaml": good}, env: []string{"OS_PROJECT_ID=bbbb"}, class: Usage,
			says: []string{`profile "acme" (`, "config.yaml:3", "99a3fff0d03c428eac3678da6a7d0f24", "OS_PROJECT_ID is bbbb", "--profile acme"}},
		{name: "clouds.yaml against environment", files: clouds("x", "x"), env: []string{"OS_CLOUD=keys", "OS_PROJECT_ID=bbbb"}, class: Usage, says: []string{"clouds.yaml:11", "OS_PROJECT_ID is bbbb"}},
		{name: "clouds.yaml against secure.yaml", files: map[string]string{"clouds.yaml": openYAML, "secure.yaml": "clouds: {keys: {auth: {project_id: bbbb}}}"},
			env: []string{"OS_CLOUD=keys"}, class: Usage, says: []string{"clouds.yaml:11", "secure.yaml:1 says bbbb", "keep one"}},
		{name: "config against clouds.yaml", files: map[string]string{"clouds.yaml": openYAML, "config.yaml": "profiles: {acme: {project_id: bbbb, auth: {clouds: keys}}}"}, class: Usage,
			says: []string{"config.yaml:1", "bbbb", "clouds.yaml:11", "c10d"}},
		{name: "config with a cloud that is not there", files: map[string]string{"clouds.yaml": openYAML, "config.yaml": "profiles: {acme: {auth: {clouds: teem}}}"}, class: Usage,
			says: []string{"auth.clouds", `"teem"`, `"team"`}},
		{name: "config against the name in clouds.yaml", files: map[string]string{"clouds.yaml": openYAML, "secure.yaml": secureYAML, "config.yaml": "profiles: {acme: {project_name: mine, auth: {clouds: team}}}"},
			class: Usage, says: []string{"config.yaml:1", `"mine"`, `"eu-de_team"`, "project_name"}},
		{name: "config with a cloud that cannot be used", files: map[string]string{"clouds.yaml": strings.Replace(openYAML, "username: jane", "application_credential_id: x", 1),
			"config.yaml": "profiles: {acme: {auth: {clouds: team}}}"}, class: Credentials, says: []string{`"acme"`, "cannot be used", "application credentials"}},
		{name: "config with a clouds.yaml that is wrong", files: map[string]string{"clouds.yaml": "clouds: {team: {auth: {password: 1234}}}",
			"config.yaml": "profiles: {acme: {auth: {clouds: team}}}"}, class: Usage, says: []string{"clouds.yaml:1", "put it in quotes"}},
		{name: "config with a cloud that does not check who answers", files: map[string]string{"clouds.yaml": strings.Replace(openYAML, "    auth:", "    verify: false\n    auth:", 1),
			"config.yaml": "profiles: {acme: {auth: {clouds: team}}}"}, class: Usage, says: []string{`"acme"`, `"clouds/team"`, "verify: false"}},
		{name: "config with a cloud and no clouds.yaml", files: map[string]string{"config.yaml": "profiles: {acme: {auth: {clouds: team}}}"}, class: Usage, says: []string{`"acme"`, "it has none"}},
		{name: "a name from elsewhere where there is nothing", named: "clouds/team", class: Usage, says: []string{`"clouds/team"`, "janitor profiles shows where it looked"}},
		{name: "cloud and keys", files: map[string]string{"config.yaml": "profiles: {acme: {auth: {clouds: x, access_key: a, secret_key: b}}}"}, class: Usage, says: []string{"twice", "clouds"}},
		{name: "nothing anywhere", class: Credentials, says: []string{"no profile found", "HW_ACCESS_KEY", "~/.huaweicloud/credentials", "clouds.yaml", "~/.hcloud/config.json", "JANITOR_METADATA is off", "janitor demo"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := home(t, test.files, test.env...)
			c.Profile = test.named
			p, err := Find(c)
			if !errors.Is(err, test.class) {
				t.Fatalf("got %v, %v, want class %v", p, err, test.class)
			}
			for _, says := range test.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if strings.ContainsAny(err.Error(), "\n\r") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q has a line break or a secret", err)
			}
		})
	}
}

func TestFilesThatOthersCanRead(t *testing.T) {
	for _, test := range []struct {
		name, file, config string
		mode               os.FileMode
		warns, refuses     bool
		profile            string
	}{
		{"config", "config.yaml", good, 0o644, true, false, ""},
		{"of the group", "config.yaml", good, 0o640, true, false, ""},
		{"kept to oneself", "config.yaml", good, 0o600, false, false, ""},
		{"without secrets", "config.yaml", strings.Replace(good, "hunter2", "env:SK", 1), 0o644, false, false, ""},
		{"with a password", "config.yaml", "profiles: {acme: {auth: {password: hunter2}}}", 0o644, true, false, "sdk/basic"},
		{"with a token", "config.yaml", "profiles: {acme: {auth: {token: hunter2}}}", 0o644, true, false, "sdk/basic"},
		{"with a command", "config.yaml", "profiles: {acme: {auth: {token: 'cmd:pass'}}}", 0o644, false, false, "sdk/basic"},
		{"strict", "config.yaml", "strict: true\n" + good, 0o644, true, true, ""},
		{"strict without secrets", "config.yaml", "strict: true\n" + strings.Replace(good, "hunter2", "env:SK", 1), 0o644, false, false, ""},
		{"another program's", ".huaweicloud/credentials", "strict: true\n", 0o604, true, true, ""},
		{"another program's, not strict", ".huaweicloud/credentials", "", 0o604, true, false, ""},
		{"another program's, not used", ".huaweicloud/credentials", "strict: true\n" + good, 0o604, false, false, ""},
		{"clouds.yaml with keys", "clouds.yaml", "", 0o604, true, false, "clouds/keys"},
		{"clouds.yaml beside secure.yaml", "clouds.yaml", "", 0o604, false, false, "clouds/team"},
		{"secure.yaml", "secure.yaml", "strict: true\n", 0o604, true, true, "clouds/team"},
		{"clouds.yaml for the config", "secure.yaml", "profiles: {acme: {auth: {clouds: team}}}", 0o604, true, false, ""},
		{"KooCLI's", ".hcloud/config.json", "strict: true\n", 0o604, true, true, "hcloud/one"},
		{"KooCLI's without keys", ".hcloud/config.json", "", 0o604, false, false, "hcloud/five"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := home(t, map[string]string{"config.yaml": test.config, ".huaweicloud/credentials": sdkINI, "clouds.yaml": openYAML, "secure.yaml": secureYAML, ".hcloud/config.json": kooJSON},
				"HUAWEICLOUD_SDK_REGION=r1")
			c.Profile = test.profile
			path := filepath.Join(c.home(), test.file)
			if err := os.Chmod(path, test.mode); err != nil {
				t.Fatal(err)
			}
			p, err := Find(c)
			said := strings.Join(p.Warnings, " ")
			if err != nil {
				said = err.Error()
			}
			if _, warnings, _, _ := List(c); !slices.Equal(warnings, p.Warnings) {
				t.Errorf("the list warns of %q, not of %q", warnings, p.Warnings)
			}
			if (err != nil) != test.refuses || test.refuses && !errors.Is(err, Usage) || (said != "") != test.warns {
				t.Fatalf("%v, %v", p.Warnings, err)
			}
			if test.warns && !strings.Contains(said, path+" holds secrets") || test.warns && !strings.Contains(said, "chmod 600") {
				t.Errorf("%q", said)
			}
		})
	}
}

// FuzzINI: whatever the credentials file holds, reading it ends with sections or with one line.
func FuzzINI(f *testing.F) {
	f.Add(sdkINI)
	f.Add("[basic")
	f.Add("[basic]\r\nak==\"\n=")
	known := map[string][]string{"basic": {"ak", "sk"}}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parseINI("c", text, known); err != nil && strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("more than one line: %q", err)
		}
	})
}

// FuzzFilesOfOthers: whatever stands in the files of other programs, the list of profiles is whole, each problem one line.
func FuzzFilesOfOthers(f *testing.F) {
	names := []string{".huaweicloud/credentials", ".huaweicloud/regions.yaml", ".hcloud/config.json", "clouds.yaml", "secure.yaml", "clouds-public.yaml"}
	for i, text := range []string{sdkINI, "ELB: [{id: r1, endpoint: https://x}]", kooJSON, openYAML, secureYAML, "public-clouds: {otc: {auth: {auth_url: https://x}}}"} {
		f.Add(uint8(i), text)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		files := map[string]string{"clouds.yaml": openYAML}
		files[names[int(which)%len(names)]] = text
		all, _, inactive, err := List(home(t, files, "HUAWEICLOUD_SDK_REGION=r1", "HUAWEICLOUD_SDK_AK=a"))
		if err != nil {
			t.Fatal(err)
		}
		if inactive != nil && strings.Contains(inactive.Error(), "\n") {
			t.Errorf("more than one line: %q", inactive)
		}
		for _, p := range all {
			if strings.ContainsAny(p.Problem, "\n\r") || strings.ContainsAny(p.Name+p.Where+p.As+p.Project, "\n\r\x1b") {
				t.Errorf("%+v", p)
			}
		}
	})
}
