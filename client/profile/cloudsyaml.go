package profile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"janitor/client/yamlfile"
)

// cloudsFile is clouds.yaml, and secure.yaml and clouds-public.yaml beside it (api.md 9.4). It is read here and not with
// gophercloud: that knows no access keys, is silent about unknown keys and names no lines.
type cloudsFile struct {
	Clouds map[string]openCloud `yaml:"clouds"`
	Public map[string]openCloud `yaml:"public-clouds"`
}

// openCloud is a cloud there. Programs put many settings of their own beside these, which are left alone.
type openCloud struct {
	Auth       openAuth `yaml:"auth"`
	Region     string   `yaml:"region_name"`
	Profile    string   `yaml:"profile"`
	CloudAlias string   `yaml:"cloud"` // an older name of profile
	Verify     *bool    `yaml:"verify"`
	CACert     string   `yaml:"cacert"`
	Cert       string   `yaml:"cert"`
	Key        string   `yaml:"key"`
}

type openAuth struct {
	AuthURL           string `yaml:"auth_url"`
	Username          string `yaml:"username"`
	UserID            string `yaml:"user_id"`
	Password          string `yaml:"password"`
	Token             string `yaml:"token"`
	ProjectName       string `yaml:"project_name"`
	ProjectID         string `yaml:"project_id"`
	TenantName        string `yaml:"tenant_name"`
	TenantID          string `yaml:"tenant_id"`
	DomainName        string `yaml:"domain_name"`
	DomainID          string `yaml:"domain_id"`
	UserDomainName    string `yaml:"user_domain_name"`
	UserDomainID      string `yaml:"user_domain_id"`
	ProjectDomainName string `yaml:"project_domain_name"`
	ProjectDomainID   string `yaml:"project_domain_id"`
	AccessKey         string `yaml:"ak"`
	SecretKey         string `yaml:"sk"`
	SecurityToken     string `yaml:"security_token"`
	// Known, so that they are no mistakes; not used.
	ApplicationCredentialID     string `yaml:"application_credential_id"`
	ApplicationCredentialName   string `yaml:"application_credential_name"`
	ApplicationCredentialSecret string `yaml:"application_credential_secret"`
	DefaultDomain               string `yaml:"default_domain"`
	Passcode                    string `yaml:"passcode"`
	SystemScope                 string `yaml:"system_scope"`
	TrustID                     string `yaml:"trust_id"`
}

// cloudsPaths are where clouds.yaml is looked for; named says that the user said so.
func (c Choice) cloudsPaths() (paths []string, named bool) {
	if path := c.get("OS_CLIENT_CONFIG_FILE"); path != "" {
		return []string{path}, true
	}
	if dir, err := os.Getwd(); err == nil {
		paths = append(paths, filepath.Join(dir, "clouds.yaml"))
	}
	config := c.get("XDG_CONFIG_HOME")
	if config == "" {
		config = c.inHome(".config")
	}
	if config != "" {
		paths = append(paths, filepath.Join(config, "openstack", "clouds.yaml"))
	}
	return append(paths, "/etc/openstack/clouds.yaml"), false
}

// fromClouds makes a profile of every cloud of the first clouds.yaml there is, by name.
func (c Choice) fromClouds() []candidate {
	paths, named := c.cloudsPaths()
	for _, path := range paths {
		all, err := c.cloudsIn(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && !named:
			continue
		case errors.Is(err, fs.ErrNotExist):
			err = usage("%s, named by OS_CLIENT_CONFIG_FILE, does not exist: create it or unset the variable", path)
		}
		if err != nil {
			return []candidate{{Profile: Profile{Name: openStack, where: path}, err: err, whole: true}}
		}
		return c.wanted("OS_CLOUD", all, openStack, path, "cloud")
	}
	if want := c.get("OS_CLOUD"); want != "" {
		return []candidate{{
			Profile: Profile{Name: openStack + want, where: "OS_CLOUD"}, chosen: true,
			err: usage("OS_CLOUD is %q, and there is no clouds.yaml: looked for %s", want, strings.Join(paths, ", ")),
		}}
	}
	return nil
}

func (c Choice) cloudsIn(path string) ([]candidate, error) {
	clouds, lines, err := readClouds(path)
	if err != nil {
		return nil, err
	}
	beside := func(name string) (cloudsFile, map[string]int, string, error) {
		at := filepath.Join(filepath.Dir(path), name)
		f, lines, err := readClouds(at)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return f, lines, at, err
	}
	secure, secureLines, securePath, err := beside("secure.yaml")
	if err != nil {
		return nil, err
	}
	public, _, _, err := beside("clouds-public.yaml")
	if err != nil {
		return nil, err
	}
	want := c.get("OS_CLOUD")
	var all []candidate
	for _, name := range slices.Sorted(maps.Keys(clouds.Clouds)) {
		cloud, where := clouds.Clouds[name], fmt.Sprintf("%s:%d", path, lines["clouds."+name])
		kept := path
		over := secure.Clouds[name]
		if one, other := cloud.Auth.ProjectID, over.Auth.ProjectID; one != "" && other != "" && one != other {
			all = append(all, candidate{Profile: Profile{Name: openStack + name, where: where}, chosen: want == name, err: usage(
				"%s says project %s and %s:%d says %s: keep one", where, one, securePath, secureLines["clouds."+name+".auth.project_id"], other)})
			continue
		}
		overlay(reflect.ValueOf(&cloud).Elem(), reflect.ValueOf(over))
		if a := over.Auth; a.Password != "" || a.Token != "" || a.SecretKey != "" {
			kept = securePath
		}
		if base, ok := public.Public[cmp.Or(cloud.Profile, cloud.CloudAlias)]; ok {
			overlay(reflect.ValueOf(&base).Elem(), reflect.ValueOf(cloud))
			cloud = base
		}
		found := cloud.candidate()
		found.Name, found.where, found.keptIn = openStack+name, where, kept
		found.chosen = want == name || want == "" && len(clouds.Clouds) == 1
		all = append(all, found)
	}
	return all, nil
}

func readClouds(path string) (cloudsFile, map[string]int, error) {
	var f cloudsFile
	data, err := readFile(path, "OpenStack's file")
	if err != nil {
		return f, nil, err
	}
	defer clear(data)
	r := yamlfile.File{
		Path: path, What: filepath.Base(path),
		Open: []reflect.Type{reflect.TypeFor[cloudsFile](), reflect.TypeFor[openCloud]()},
	}
	if err := r.Decode(data, &f); err != nil {
		return f, r.Lines, usage("%v", err)
	}
	return f, r.Lines, nil
}

// overlay writes what is set in over into the struct at base.
func overlay(base, over reflect.Value) {
	for i := range base.NumField() {
		switch from := over.Field(i); {
		case from.Kind() == reflect.Struct:
			overlay(base.Field(i), from)
		case !from.IsZero():
			base.Field(i).Set(from)
		}
	}
}

// candidate is the cloud as a profile. What stands there is taken as it is, never as a variable or a command.
func (o openCloud) candidate() candidate {
	a := o.Auth
	const anyRegion = "%(region_name)s" // as OpenStack's own programs write it
	at := strings.ReplaceAll(a.AuthURL, anyRegion, o.Region)
	p := Profile{
		Cloud:       cmp.Or(cloudOf(at), map[string]string{"otc": "otc"}[cmp.Or(o.Profile, o.CloudAlias)]),
		Region:      cmp.Or(o.Region, regionOf(at)),
		ProjectID:   cmp.Or(a.ProjectID, a.TenantID),
		ProjectName: cmp.Or(a.ProjectName, a.TenantName),
		Auth: Auth{
			AccessKey: literal(a.AccessKey), SecretKey: literal(a.SecretKey), SecurityToken: literal(a.SecurityToken),
			Username: literal(a.Username), UserID: literal(a.UserID), Password: literal(a.Password),
			DomainName: literal(cmp.Or(a.UserDomainName, a.DomainName)), DomainID: literal(cmp.Or(a.UserDomainID, a.DomainID)),
			Token: literal(a.Token),
		},
		Endpoints: Endpoints{IAM: strings.ReplaceAll(a.AuthURL, anyRegion, "{region}")},
		CAFile:    o.CACert, CertFile: o.Cert, KeyFile: o.Key,
		variables: map[string]string{
			"region": "region_name there", "project_id": "project_id there", "project_name": "project_name there", "endpoints.iam": "auth_url there",
			"access_key": "ak", "secret_key": "sk", "username": "username", "password": "password", "domain_name": "user_domain_name", "token": "token",
		},
	}
	if p.Region == "" && p.Cloud == "otc" { // its projects are called eu-de or eu-de_team
		p.Region, _, _ = strings.Cut(p.ProjectName, "_")
	}
	p.oneName()
	found := candidate{Profile: p}
	switch {
	case a.ApplicationCredentialID != "" || a.ApplicationCredentialName != "":
		found.skipped = "janitor does not log in with application credentials: give username and password, or ak and sk"
	case a.Passcode != "":
		found.skipped = "janitor does not log in with a passcode: give a token instead"
	case o.Verify != nil && !*o.Verify:
		found.err = usage("verify: false would send credentials to whoever answers: name the cloud's own CA in cacert")
	}
	return found
}
