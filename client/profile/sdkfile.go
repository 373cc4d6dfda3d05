package profile

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"janitor/client/spelling"
	"janitor/client/yamlfile"
)

// fromSDKFile makes a profile of the official SDK's credentials file (api.md 9.2). It is for project services only, so
// the section [global] is read and not used.
func (c Choice) fromSDKFile() []candidate {
	path, data, err := c.readNamed("HUAWEICLOUD_SDK_CREDENTIALS_FILE", c.inHome(".huaweicloud", "credentials"), "the credentials file")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	p := Profile{
		Name: sdkFile, where: path, Cloud: "huawei", keptIn: path,
		Region: cmp.Or(c.get("HUAWEICLOUD_SDK_REGION"), c.get("HW_REGION_NAME")),
		variables: map[string]string{
			"region": "HUAWEICLOUD_SDK_REGION", "project_id": "project_id there",
			"access_key": "ak", "secret_key": "sk", "endpoints.iam": "iam_endpoint there",
		},
	}
	failed := func(err error) []candidate { return []candidate{{Profile: p, err: err, whole: true}} }
	if err != nil {
		return failed(err)
	}
	defer clear(data)
	sections, err := parseINI(path, string(data), map[string][]string{
		"basic":  {"ak", "sk", "project_id", "security_token", "iam_endpoint", "idp_id", "id_token_file"},
		"global": {"ak", "sk", "domain_id", "security_token", "iam_endpoint", "idp_id", "id_token_file"},
	})
	if err != nil {
		return failed(err)
	}
	basic, ok := sections["basic"]
	switch {
	case !ok && len(sections) > 0:
		return []candidate{{Profile: p, skipped: "it has no section [basic], which is for the services of a project"}}
	case !ok:
		return nil
	case basic["ak"] == "" && basic["sk"] == "" && basic["idp_id"] != "":
		return []candidate{{Profile: p, skipped: "janitor does not log in through an identity provider (idp_id): give ak and sk"}}
	}
	p.ProjectID, p.Endpoints.IAM = basic["project_id"], basic["iam_endpoint"]
	p.Auth = Auth{AccessKey: literal(basic["ak"]), SecretKey: literal(basic["sk"]), SecurityToken: literal(basic["security_token"])}
	if err := c.regionsOfSDK(&p); err != nil {
		return failed(err)
	}
	return []candidate{{Profile: p, chosen: true}}
}

// parseINI reads sections of "key = value" lines strictly: known are the keys by section. Errors hold no value.
func parseINI(path, text string, known map[string][]string) (map[string]map[string]string, error) {
	sections := map[string]map[string]string{}
	section := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		at := fmt.Sprintf("%s:%d", path, i+1)
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			name, ok := strings.CutSuffix(line[1:], "]")
			switch name = strings.TrimSpace(name); {
			case !ok:
				return nil, usage("%s: a section is written as [basic]: the ] is missing", at)
			case known[name] == nil:
				return nil, usage("%s: unknown section %q: %s", at, name, spelling.Suggest(name, slices.Sorted(maps.Keys(known))))
			case sections[name] != nil:
				return nil, usage("%s: the section [%s] stands twice: keep one", at, name)
			}
			section, sections[name] = name, map[string]string{}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case !ok:
			return nil, usage("%s: neither [section] nor key = value", at)
		case section == "":
			return nil, usage("%s: the key %q stands before any section: begin with [basic]", at, key)
		case !slices.Contains(known[section], key):
			return nil, usage("%s: unknown key %q in [%s]: %s", at, key, section, spelling.Suggest(key, known[section]))
		}
		if _, twice := sections[section][key]; twice {
			return nil, usage("%s: the key %q stands twice in [%s]: keep one", at, key, section)
		}
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		sections[section][key] = value
	}
	return sections, nil
}

// regionsOfSDK takes endpoints from where the official SDK does: HUAWEICLOUD_SDK_REGION_{SERVICE}_{REGION}, then its
// regions.yaml (api.md 9). They are those of the region that is chosen.
func (c Choice) regionsOfSDK(p *Profile) error {
	region := cmp.Or(c.Region, p.Region)
	if region == "" {
		return nil
	}
	p.Region = region // what is found is written for it
	regions, err := c.readRegions()
	if err != nil {
		return err
	}
	for _, service := range services() {
		at := p.Endpoints.endpoint(service)
		if *at != "" {
			continue
		}
		variable := "HUAWEICLOUD_SDK_REGION_" + strings.ToUpper(service+"_"+strings.ReplaceAll(region, "-", "_"))
		given, _, _ := strings.Cut(c.get(variable), ",") // of several the first
		if given = cmp.Or(given, regions.endpoint(service, region)); given != "" && !strings.Contains(given, "://") {
			given = "https://" + given
		}
		*at = given
	}
	return nil
}

// sdkRegions are the regions of each service.
type sdkRegions map[string][]struct {
	ID        string   `yaml:"id"`
	Endpoint  string   `yaml:"endpoint"`
	Endpoints []string `yaml:"endpoints"`
}

// readRegions reads regions.yaml; where there is none it is as if empty.
func (c Choice) readRegions() (sdkRegions, error) {
	path, data, err := c.readNamed("HUAWEICLOUD_SDK_REGIONS_FILE", c.inHome(".huaweicloud", "regions.yaml"), "the regions file")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	var regions sdkRegions
	if err := yaml.UnmarshalWithOptions(data, &regions, yaml.DisallowUnknownField()); err != nil {
		return nil, usage("%v", yamlfile.Wrong(path, err))
	}
	return regions, nil
}

// endpoint is the first one of a service in a region, "" when there is none. Of several spellings that in capitals goes first:
// it is the documented one.
func (s sdkRegions) endpoint(service, region string) string {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		for _, r := range s[name] {
			if !strings.EqualFold(name, service) || r.ID != region {
				continue
			}
			for _, at := range append([]string{r.Endpoint}, r.Endpoints...) {
				if at != "" {
					return at
				}
			}
		}
	}
	return ""
}
