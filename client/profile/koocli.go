package profile

import (
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"regexp"

	"janitor/client/wire"
)

// What the keys of Huawei Cloud look like; KooCLI's encrypted ones are longer, in base64.
var (
	accessKeyForm = regexp.MustCompile(`^[A-Za-z0-9]{1,48}$`)
	secretKeyForm = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
)

const encrypted = "its keys are encrypted and only KooCLI can read them: run hcloud configure set --cli-auth-encrypt=false, or use another source"

// kooText is a value of KooCLI's file: text, or an object that says whether it is encrypted.
type kooText struct {
	value     string
	encrypted bool
}

func (t *kooText) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var o struct {
			IsEncrypted bool   `json:"isEncrypted"`
			Value       string `json:"value"`
		}
		err := json.Unmarshal(data, &o)
		t.value, t.encrypted = o.Value, o.IsEncrypted
		return err
	}
	return json.Unmarshal(data, &t.value)
}

type kooKeys struct {
	AccessKeyID     kooText `json:"accessKeyId"`
	SecretAccessKey kooText `json:"secretAccessKey"`
	SecurityToken   kooText `json:"securityToken"`
}

// kooFile is KooCLI's file. It belongs to another program, whose keys are not all known: those are left alone.
type kooFile struct {
	Current  string       `json:"current"`
	Profiles []kooProfile `json:"profiles"`
}

type kooProfile struct {
	kooKeys
	Name       string `json:"name"`
	Mode       string `json:"mode"`
	Region     string `json:"region"`
	ProjectID  string `json:"projectId"`
	AgencyName string `json:"agencyName"`
	SSO        struct {
		STS kooKeys `json:"stsToken"`
	} `json:"ssoAuth"`
}

// readable says whether these are keys as the services take them.
func (k kooKeys) readable() bool {
	return !k.AccessKeyID.encrypted && !k.SecretAccessKey.encrypted && !k.SecurityToken.encrypted &&
		accessKeyForm.MatchString(k.AccessKeyID.value) && secretKeyForm.MatchString(k.SecretAccessKey.value)
}

// fromKooCLI makes profiles of those of KooCLI, hcloud (api.md 9.3). Terraform names the same file in its variables.
func (c Choice) fromKooCLI() []candidate {
	path, data, err := c.readNamed("HW_SHARED_CONFIG_FILE", c.inHome(".hcloud", "config.json"), "KooCLI's file")
	failed := func(err error) []candidate {
		return []candidate{{Profile: Profile{Name: kooCLI, where: path}, err: err, whole: true}}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return failed(err)
	}
	defer clear(data)
	var f kooFile
	if json.Unmarshal(data, &f) != nil { // its error would quote what stands there
		return failed(usage("%s is not KooCLI's JSON: repair it, or move it away", path))
	}
	want := c.get("HW_PROFILE")
	current := cmp.Or(want, f.Current)
	var all []candidate
	for _, koo := range f.Profiles {
		found := koo.candidate()
		found.where = path
		if !found.Auth.Agency {
			found.keptIn = path
		}
		found.Region = cmp.Or(koo.Region, c.get("HW_REGION_NAME"))
		found.chosen = koo.Name == current || want == "" && len(f.Profiles) == 1
		all = append(all, found)
	}
	return c.wanted("HW_PROFILE", all, kooCLI, path, "profile")
}

// candidate is the profile as one of ours.
func (k kooProfile) candidate() candidate {
	found := candidate{Profile: Profile{
		Name: kooCLI + k.Name, Cloud: "huawei", ProjectID: k.ProjectID,
		variables: map[string]string{"region": "region there", "project_id": "projectId there"},
	}}
	keys := k.kooKeys
	switch k.Mode {
	case "", "AKSK":
	case "SSO":
		keys = k.SSO.STS
	case "ecsAgency":
		found.Auth.Agency = true
		return found
	default:
		found.skipped = "mode " + wire.Clean(k.Mode) + " is not known to janitor"
		return found
	}
	switch {
	case k.AgencyName != "":
		found.skipped = "janitor does not take on an agency (agencyName): use another profile"
	case keys.AccessKeyID.value == "" && keys.SecretAccessKey.value == "":
		found.skipped = "it has no keys"
	case !keys.readable():
		found.skipped = encrypted
	default:
		found.Auth = Auth{
			AccessKey: literal(keys.AccessKeyID.value), SecretKey: literal(keys.SecretAccessKey.value),
			SecurityToken: literal(keys.SecurityToken.value),
		}
	}
	return found
}
