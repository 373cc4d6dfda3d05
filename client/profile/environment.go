package profile

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
)

// What makes an environment a profile, for messages.
const (
	environmentSDK = "HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK"
	environmentHW  = "HW_ACCESS_KEY with HW_SECRET_KEY"
	environmentOS  = "OS_USERNAME with OS_PASSWORD (or OS_TOKEN, or OS_ACCESS_KEY with OS_SECRET_KEY)"
)

// family is a set of variables that together make a profile, as one program names them. Each key may have several
// names; the first that is set counts.
type family struct {
	name  string // "sdk": the profile is env/sdk
	where string
	cloud string              // "" = told by the address of IAM
	keys  map[string][]string // variables by the key of a profile
	not   impossible

	insecure string // the variable that asks not to check who answers; "" = there is none
	ca       string // where to name the cloud's own CA instead
}

// impossible is a variable that asks for what janitor cannot do.
type impossible struct {
	variable string // "" = there is none
	says     string // what that is, and what to do instead
	anyway   bool   // also where access keys are given: they are not meant to be used as they are
}

// families are in the order in which they are looked at.
func families() []family {
	return []family{
		{
			name: "sdk", where: "from HUAWEICLOUD_SDK_AK and its like", cloud: "huawei",
			keys: map[string][]string{
				"region": {"HUAWEICLOUD_SDK_REGION", "HW_REGION_NAME"}, "project_id": {"HUAWEICLOUD_SDK_PROJECT_ID"},
				"access_key": {"HUAWEICLOUD_SDK_AK"}, "secret_key": {"HUAWEICLOUD_SDK_SK"}, "security_token": {"HUAWEICLOUD_SDK_SECURITY_TOKEN"},
				"endpoints.iam": {"HUAWEICLOUD_SDK_IAM_ENDPOINT"},
			},
			not: impossible{
				variable: "HUAWEICLOUD_SDK_IDP_ID",
				says:     "janitor does not log in through an identity provider: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK",
			},
		},
		{
			name: "hw", where: "from the HW_ variables", cloud: "huawei",
			keys: map[string][]string{
				"region": {"HW_REGION_NAME"}, "project_id": {"HW_PROJECT_ID"}, "project_name": {"HW_PROJECT_NAME"},
				"access_key": {"HW_ACCESS_KEY"}, "secret_key": {"HW_SECRET_KEY"}, "security_token": {"HW_SECURITY_TOKEN"},
				"username": {"HW_USER_NAME"}, "user_id": {"HW_USER_ID"}, "password": {"HW_USER_PASSWORD"},
				"domain_name": {"HW_DOMAIN_NAME"}, "domain_id": {"HW_DOMAIN_ID"}, "token": {"HW_AUTH_TOKEN"},
				"endpoints.iam": {"HW_AUTH_URL"},
			},
			insecure: "HW_INSECURE", ca: "ca_file of a profile in the config file",
			not: impossible{
				variable: "HW_ASSUME_ROLE_AGENCY_NAME",
				says:     "janitor does not take on another role: unset it, and give that role's temporary keys with HW_SECURITY_TOKEN",
				anyway:   true,
			},
		},
		{
			name: "os", where: "from the OS_ variables",
			keys: map[string][]string{
				"region": {"OS_REGION_NAME"}, "project_id": {"OS_PROJECT_ID", "OS_TENANT_ID"}, "project_name": {"OS_PROJECT_NAME", "OS_TENANT_NAME"},
				"access_key": {"OS_ACCESS_KEY"}, "secret_key": {"OS_SECRET_KEY"}, "security_token": {"OS_SECURITY_TOKEN"},
				"username": {"OS_USERNAME"}, "user_id": {"OS_USER_ID"}, "password": {"OS_PASSWORD"},
				"domain_name": {"OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"}, "domain_id": {"OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"},
				"token": {"OS_TOKEN", "OS_AUTH_TOKEN"}, "endpoints.iam": {"OS_AUTH_URL"},
				"ca_file": {"OS_CACERT"}, "cert_file": {"OS_CERT"}, "key_file": {"OS_KEY"},
			},
			insecure: "OS_INSECURE", ca: "OS_CACERT",
		},
	}
}

// fromEnvironment makes profiles of the variables of the official SDK, of Terraform and of OpenStack clients. One that is
// not complete is left for [Profile.Check].
func (c Choice) fromEnvironment() []candidate {
	var all []candidate
	for _, f := range families() {
		found, ok := c.family(f)
		if !ok {
			continue
		}
		found.Name = environment + "/" + f.name
		if len(all) == 0 && found.skipped == "" {
			found.Name, found.chosen = environment, true
		}
		all = append(all, found)
	}
	return all
}

func (c Choice) family(f family) (candidate, bool) {
	p := Profile{where: f.where, variables: map[string]string{}}
	get := func(key string) string {
		names := f.keys[key]
		for _, name := range names {
			if v := c.get(name); v != "" {
				p.variables[key] = name
				return v
			}
		}
		if len(names) > 0 {
			p.variables[key] = names[0]
		}
		return ""
	}
	// Credentials are only named here, and fetched when the profile is opened.
	secret := func(key string) Secret {
		if get(key) == "" {
			return ""
		}
		return Secret("env:" + p.variables[key])
	}
	p.Region, p.ProjectID, p.ProjectName = get("region"), get("project_id"), get("project_name")
	p.Auth = Auth{
		AccessKey: secret("access_key"), SecretKey: secret("secret_key"), SecurityToken: secret("security_token"),
		Username: secret("username"), UserID: secret("user_id"), Password: secret("password"),
		DomainName: secret("domain_name"), DomainID: secret("domain_id"), Token: secret("token"),
	}
	p.Endpoints.IAM = get("endpoints.iam")
	p.CAFile, p.CertFile, p.KeyFile = get("ca_file"), get("cert_file"), get("key_file")
	a := &p.Auth
	keys := a.AccessKey != "" || a.SecretKey != ""
	switch {
	case c.get(f.not.variable) != "" && (f.not.anyway || !keys):
		return candidate{Profile: p, skipped: f.not.variable + " is set, and " + f.not.says}, true
	case !keys && !a.login() && a.Token == "":
		return candidate{}, false
	}
	p.oneName()
	p.Cloud = cmp.Or(f.cloud, cloudOf(p.Endpoints.IAM))
	p.Region = cmp.Or(p.Region, regionOf(p.Endpoints.IAM))
	err := c.insecure(f)
	switch f.name {
	case "sdk":
		err = c.regionsOfSDK(&p)
	case "hw":
		p.setCloud(c.get("HW_CLOUD"))
	}
	return candidate{Profile: p, err: err}, true
}

// oneName keeps one of what sources give twice as a matter of course: both names of the project, of the user and of the
// account, and an account where nobody logs in with a password. The project's name is compared when the profile is opened.
func (p *Profile) oneName() {
	if p.ProjectID != "" {
		p.named, p.ProjectName = p.ProjectName, ""
	}
	a := &p.Auth
	switch {
	case !a.login():
		a.DomainName, a.DomainID = "", ""
	case a.UserID != "":
		a.Username = ""
	}
	if a.DomainName != "" {
		a.DomainID = ""
	}
	if a.AccessKey == "" && a.SecretKey == "" {
		a.SecurityToken = ""
	}
}

// setCloud takes the domain of a cloud's services as Terraform gives it: myhuaweicloud.com.
func (p *Profile) setCloud(domain string) {
	switch known := cloudOf("https://" + domain); {
	case domain == "":
	case known != "":
		p.Cloud = known
	default:
		p.Cloud = "custom"
		for _, service := range services() {
			if at := p.Endpoints.endpoint(service); *at == "" {
				*at = "https://" + service + ".{region}." + domain
			}
		}
	}
}

// insecure refuses what would send credentials to whoever answers.
func (c Choice) insecure(f family) error {
	switch strings.ToLower(c.get(f.insecure)) {
	case "", "0", "false", "no":
		return nil
	}
	return usage("%s is set: janitor always checks who answers; unset it and name the cloud's own CA in %s", f.insecure, f.ca)
}

// checkProject refuses a profile for one project where the environment names another: nobody knows which of them is meant,
// unless the command line names the profile or the project. A name beside the profile's id, and an id beside its name, are
// noted, for IAM to compare.
func (c Choice) checkProject(p *Profile) error {
	fromEnvironment := p.Name == environment || strings.HasPrefix(p.Name, environment+"/")
	if c.Project != "" || c.Profile != "" && !fromEnvironment {
		return nil
	}
	for _, of := range []struct{ key, mine string }{{"project_id", cmp.Or(p.ProjectID, p.numbered)}, {"project_name", cmp.Or(p.ProjectName, p.named)}} {
		for _, name := range variablesOf(of.key) {
			other := c.get(name)
			if of.mine == "" || other == "" || other == of.mine {
				continue
			}
			way := "unset one of them, or say which with --project"
			if !fromEnvironment {
				way = fmt.Sprintf("unset %s, or say which with --profile %s or --project", name, p.Name)
			}
			return usage("%v is for project %s, but %s is %s: %s", *p, of.mine, name, other, way)
		}
	}
	if p.ProjectID != "" {
		c.note(p, "project_name", &p.named)
	} else if p.ProjectName != "" {
		c.note(p, "project_id", &p.numbered)
	}
	return nil
}

// note keeps what the environment says of a key and where, unless that is known.
func (c Choice) note(p *Profile, key string, said *string) {
	for _, name := range variablesOf(key) {
		if other := c.get(name); *said == "" && other != "" {
			*said, p.variables = other, maps.Clone(p.variables)
			if p.variables == nil {
				p.variables = map[string]string{}
			}
			p.variables[key] = name
		}
	}
}

// variablesOf are all that stand for a key of a profile.
func variablesOf(key string) []string {
	var names []string
	for _, f := range families() {
		names = append(names, f.keys[key]...)
	}
	return names
}
