package profile

// What makes an environment a profile, for messages.
const (
	environmentSDK = "HUAWEICLOUD_SDK_AK with HUAWEICLOUD_SDK_SK"
	environmentOS  = "OS_USERNAME with OS_PASSWORD (or OS_TOKEN, or OS_ACCESS_KEY with OS_SECRET_KEY)"
)

// fromEnvironment makes a profile of the variables of the official SDK, else of those of OpenStack clients. It is false
// when no credential is set; a profile that is not complete is left for [Profile.Check].
func fromEnvironment(lookup func(string) (string, bool)) (Profile, bool) {
	set := func(names ...string) string { // the first of these that is set, else the last
		for _, name := range names {
			if v, _ := lookup(name); v != "" {
				return name
			}
		}
		return names[len(names)-1]
	}
	get := func(names ...string) string { v, _ := lookup(set(names...)); return v }
	// Credentials are only named here, and fetched when the profile is opened.
	secret := func(names ...string) Secret {
		if get(names...) == "" {
			return ""
		}
		return Secret("env:" + set(names...))
	}

	if get("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK") != "" {
		return Profile{
			Name:      environment,
			where:     "from HUAWEICLOUD_SDK_AK and its like",
			Cloud:     "huawei",
			Region:    get("HUAWEICLOUD_SDK_REGION", "HW_REGION_NAME"),
			ProjectID: get("HUAWEICLOUD_SDK_PROJECT_ID"),
			Auth: Auth{
				AccessKey:     secret("HUAWEICLOUD_SDK_AK"),
				SecretKey:     secret("HUAWEICLOUD_SDK_SK"),
				SecurityToken: secret("HUAWEICLOUD_SDK_SECURITY_TOKEN"),
			},
			variables: map[string]string{
				"region": "HUAWEICLOUD_SDK_REGION", "project_id": "HUAWEICLOUD_SDK_PROJECT_ID",
				"access_key": "HUAWEICLOUD_SDK_AK", "secret_key": "HUAWEICLOUD_SDK_SK",
			},
		}, true
	}
	p := Profile{
		Name:        environment,
		where:       "from the OS_ variables",
		Cloud:       cloudOf(get("OS_AUTH_URL")),
		Region:      get("OS_REGION_NAME"),
		ProjectID:   get("OS_PROJECT_ID"),
		ProjectName: get("OS_PROJECT_NAME"),
		Auth: Auth{
			AccessKey: secret("OS_ACCESS_KEY"),
			SecretKey: secret("OS_SECRET_KEY"),
			Username:  secret("OS_USERNAME"),
			Password:  secret("OS_PASSWORD"),
			Token:     secret("OS_TOKEN", "OS_AUTH_TOKEN"),
		},
		Endpoints: Endpoints{IAM: get("OS_AUTH_URL")},
		variables: map[string]string{
			"region": "OS_REGION_NAME", "project_id": "OS_PROJECT_ID", "project_name": "OS_PROJECT_NAME",
			"access_key": "OS_ACCESS_KEY", "secret_key": "OS_SECRET_KEY", "token": set("OS_TOKEN", "OS_AUTH_TOKEN"),
			"username": "OS_USERNAME", "password": "OS_PASSWORD", "domain_name": "OS_DOMAIN_NAME", "endpoints.iam": "OS_AUTH_URL",
		},
	}
	if p.ProjectID != "" {
		p.ProjectName = "" // OpenStack's files set both
	}
	if p.Auth.Username != "" {
		p.Auth.DomainName = secret("OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME")
	}
	a := p.Auth
	return p, a.AccessKey != "" || a.SecretKey != "" || a.Username != "" || a.Password != "" || a.Token != ""
}
