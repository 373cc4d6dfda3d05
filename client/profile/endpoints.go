package profile

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"janitor/client"
	"janitor/client/wire"
)

// Endpoints are the base URLs of the services, without a path that belongs to an API; {region} stands for the region.
type Endpoints struct {
	ELB  string `yaml:"elb"`
	APIG string `yaml:"apig"`
	ROMA string `yaml:"roma"`
	IAM  string `yaml:"iam"`
}

// endpoint finds the field of a service; nil when there is no such service.
func (e *Endpoints) endpoint(service string) *string {
	switch service {
	case "elb":
		return &e.ELB
	case "apig":
		return &e.APIG
	case "roma":
		return &e.ROMA
	case "iam":
		return &e.IAM
	}
	return nil
}

func services() []string { return []string{"elb", "apig", "roma", "iam"} }

// cloud is how a cloud names its hosts: a pattern with {service} and {region} (api.md 10).
type cloud struct {
	name  string
	host  func(region string) string
	lacks func(service, region string) bool // services that do not exist in a region
}

func clouds() []cloud {
	return []cloud{
		{
			name: "huawei",
			host: func(region string) string {
				if strings.HasPrefix(region, "eu-west-1") { // the EU site: eu-west-101 and its like
					return "{service}.{region}.myhuaweicloud.eu"
				}
				return "{service}.{region}.myhuaweicloud.com"
			},
			lacks: func(service, region string) bool {
				return service == "roma" && !slices.Contains([]string{"cn-north-1", "cn-north-4", "cn-east-2", "cn-east-3",
					"cn-south-1", "ap-southeast-1", "ap-southeast-3", "ru-northwest-2"}, region)
			},
		},
		{
			name: "otc",
			host: func(region string) string {
				if region == "eu-ch2" {
					return "{service}.{region}.sc.otc.t-systems.com"
				}
				return "{service}.{region}.otc.t-systems.com"
			},
			lacks: func(service, region string) bool {
				return service == "roma" || service == "apig" && region == "eu-nl"
			},
		},
		{
			name:  "flexible-engine",
			host:  func(string) string { return "{service}.{region}.prod-cloud-ocb.orange-business.com" },
			lacks: func(service, _ string) bool { return service == "roma" },
		},
		{
			name:  "sbercloud",
			host:  func(string) string { return "{service}.{region}.hc.sbercloud.ru" },
			lacks: func(service, region string) bool { return service == "roma" && region != "ru-northwest-2" },
		},
	}
}

func cloudNames() []string {
	var names []string
	for _, c := range clouds() {
		names = append(names, c.name)
	}
	return names
}

func isCloud(name string) bool { return slices.Contains(cloudNames(), name) }

// cloudOf recognises a cloud by a host of its services; "" for others.
func cloudOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	for _, known := range []struct{ domain, cloud string }{
		{"otc.t-systems.com", "otc"}, {"myhuaweicloud.com", "huawei"}, {"myhuaweicloud.eu", "huawei"},
		{"prod-cloud-ocb.orange-business.com", "flexible-engine"}, {"hc.sbercloud.ru", "sbercloud"},
	} {
		if strings.HasSuffix("."+u.Hostname(), "."+known.domain) {
			return known.cloud
		}
	}
	return ""
}

// regionOf is the region in the host of a cloud's IAM, iam.{region}.…; "" when it is not said.
func regionOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || cloudOf(endpoint) == "" {
		return ""
	}
	part := strings.Split(u.Hostname(), ".")
	if part[0] != "iam" || !strings.Contains(part[1], "-") { // iam.myhuaweicloud.com is for all regions
		return ""
	}
	return part[1]
}

// resolve fills in what is not given from the cloud's pattern and cuts what does not belong to a base URL. A gateway
// that the profile asks for by name gets its endpoint even in a region where it is not known to exist.
func (p Profile) resolve() Endpoints {
	e := p.Endpoints
	for _, c := range clouds() {
		if c.name != p.Cloud {
			continue
		}
		for _, service := range services() {
			at := e.endpoint(service)
			if *at == "" && (!c.lacks(service, p.Region) || p.Gateway.endpoint() == service) {
				*at = "https://" + strings.NewReplacer("{service}", service, "{region}", p.Region).Replace(c.host(p.Region))
			}
		}
	}
	for _, service := range services() {
		at := e.endpoint(service)
		*at = strings.TrimRight(strings.ReplaceAll(*at, "{region}", p.Region), "/")
	}
	// OS_AUTH_URL and its like name the version too.
	e.IAM = strings.TrimRight(strings.TrimSuffix(e.IAM, "/v3"), "/")
	return e
}

// version is the path that catalogues of services have at the end of an address; requests have their own.
var version = regexp.MustCompile(`/v[0-9]+(\.[0-9]+)?/?$`)

func (p Profile) checkEndpoints() error {
	for _, service := range services() {
		given := strings.ReplaceAll(*p.Endpoints.endpoint(service), "{region}", p.Region)
		if given == "" {
			continue
		}
		u, err := wire.Endpoint(given)
		if err != nil {
			return usage("%v: %s: %v", p, service, err)
		}
		if path := version.FindString(u.Path); path != "" && service != "iam" {
			return usage("%v: %s: endpoint %q: leave out %s, which every request adds", p, service, wire.Clean(given), path)
		}
	}
	e := p.resolve()
	lacks := func(service, what string) error {
		return usage("%v has no endpoint for %s: %s, give --endpoint %s=https://… or set cloud to %s",
			p, what, p.add("endpoints."+service), service, strings.Join(cloudNames(), " or "))
	}
	switch wanted := p.Gateway.endpoint(); {
	case e.ELB == "":
		return lacks("elb", "elb")
	case wanted != "" && *e.endpoint(wanted) == "":
		return lacks(wanted, wanted+", which gateway.service "+p.Gateway.Service+" needs")
	case p.Auth.login() && e.IAM == "":
		return lacks("iam", "iam, where username and password log in")
	case p.ProjectID == "" && e.IAM == "" && !p.Auth.Agency:
		return lacks("iam", "iam, where project_name is looked up")
	}
	return nil
}

// endpoint is the service whose endpoint the gateway needs, "" when any will do.
func (g Gateway) endpoint() string {
	switch g.Service {
	case client.ROMA:
		return "roma"
	case client.APIG:
		return "apig"
	}
	return ""
}

func (p Profile) checkGateway() error {
	switch g := p.Gateway; {
	case g.Service != "" && g.endpoint() == "":
		return usage("%v: unknown gateway service %q: use %s (ROMA Connect) or %s (API Gateway)", p, g.Service, client.ROMA, client.APIG)
	case g.Service == "" && g.InstanceID != "":
		return usage("%v has gateway.instance_id without gateway.service: add service, %s or %s", p, client.ROMA, client.APIG)
	}
	return nil
}

// gateways lists whose channels are to be shown.
func (p Profile) gateways(e Endpoints) []client.Gateway {
	if p.Gateway.Service != "" {
		return []client.Gateway{{Service: p.Gateway.Service, InstanceID: p.Gateway.InstanceID}}
	}
	var all []client.Gateway
	if e.ROMA != "" {
		all = append(all, client.Gateway{Service: client.ROMA})
	}
	if e.APIG != "" {
		all = append(all, client.Gateway{Service: client.APIG})
	}
	return all
}
