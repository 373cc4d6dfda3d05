package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSharedCertificates: as the older API writes them (api.md 3), and nothing of the private key stays.
func TestSharedCertificates(t *testing.T) {
	const one = `{
		"id": "23ef9aad4ecb463580476d324a6c71af", "tenant_id": "a31d2bdcf7604c0faaddb058e1e08819", "name": "https_certificate",
		"description": "old", "type": "server", "domain": "www.elb.com", "admin_state_up": true,
		"private_key": "-----BEGIN RSA PRIVATE KEY-----\nS0VZ\n-----END RSA PRIVATE KEY-----",
		"certificate": "-----BEGIN CERTIFICATE-----\nQ0VSVA==\n-----END CERTIFICATE-----",
		"create_time": "2019-03-31 22:23:51", "update_time": "2019-04-01 00:00:00", "expire_time": "2029-03-29 22:23:51"}`
	want := Certificate{
		ID: "23ef9aad4ecb463580476d324a6c71af", Name: "https_certificate",
		Description: "old", Type: "server", Domain: "www.elb.com", AdminStateUp: true, Shared: true,
		CreatedAt:  At(time.Date(2019, 3, 31, 22, 23, 51, 0, time.UTC)),
		UpdatedAt:  At(time.Date(2019, 4, 1, 0, 0, 0, 0, time.UTC)),
		ExpireTime: At(time.Date(2029, 3, 29, 22, 23, 51, 0, time.UTC)),
	}
	client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"certificates":[%s],"instance_num":1}`, one)
	}))
	all, _, err := collect(client.SharedCertificates(t.Context()))
	if diff := cmp.Diff([]Certificate{want}, all); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if text := fmt.Sprintf("%+v", all); strings.Contains(text, "PRIVATE") || strings.Contains(text, "S0VZ") {
		t.Error("the private key is still there")
	}
}

// TestThePrefixOfTheFamily: a cloud offers shared load balancers below /v2.0/lbaas, or below /v2/{project_id}/elb, or not at
// all. What a client has found out its deleter knows.
func TestThePrefixOfTheFamily(t *testing.T) {
	const neutron, huawei = "/v2.0/lbaas/", "/v2/" + project + "/elb/"
	for _, c := range []struct {
		name    string
		offers  []string
		refuses int      // status of what it does not offer
		word    string   // type of a NeutronError with it; "" = the gateway's body
		list    []string // requests of a first list
		second  []string // and of another one
		deletes string   // below which prefix
	}{
		{"both", []string{neutron, huawei}, 404, "", []string{neutron + "pools"}, []string{neutron + "listeners"}, neutron},
		{"Neutron's", []string{neutron}, 404, "", []string{neutron + "pools"}, []string{neutron + "listeners"}, neutron},
		{"Huawei's", []string{huawei}, 404, "", []string{neutron + "pools", huawei + "pools"}, []string{huawei + "listeners"}, huawei},
		{"Huawei's, the other one is not allowed any more", []string{huawei}, 405, "", []string{neutron + "pools", huawei + "pools"}, []string{huawei + "listeners"}, huawei},
		{"Huawei's, in the words of Neutron", []string{huawei}, 404, "HTTPNotFound", []string{neutron + "pools", huawei + "pools"}, []string{huawei + "listeners"}, huawei},
		{"Huawei's, in other words of Neutron", []string{huawei}, 404, "EntityNotFound", []string{neutron + "pools", huawei + "pools"}, []string{huawei + "listeners"}, huawei},
		{"none", nil, 404, "", []string{neutron + "pools", huawei + "pools"}, []string{neutron + "listeners", huawei + "listeners"}, neutron},
	} {
		for what, list := range map[string]func(*Client) error{
			"": func(client *Client) error {
				_, _, err := collect(client.SharedPools(t.Context()))
				return err
			},
			", of what it takes to make them again": func(client *Client) error {
				for _, err := range client.SharedPoolSpecs(t.Context()) {
					return err
				}
				return nil
			},
		} {
			t.Run(c.name+what, func(t *testing.T) {
				var mu sync.Mutex
				var asked []string
				config := listen(t, func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					asked = append(asked, r.URL.Path)
					for _, prefix := range c.offers {
						if plural, offered := strings.CutPrefix(r.URL.Path, prefix); offered {
							fmt.Fprintf(w, `{%q:[]}`, plural)
							return
						}
					}
					w.WriteHeader(c.refuses)
					if c.word != "" {
						fmt.Fprintf(w, `{"NeutronError":{"message":"The resource could not be found.","type":%q,"detail":""}}`, c.word)
						return
					}
					fmt.Fprint(w, `{"error_code":"APIGW.0101","error_msg":"The API does not exist","request_id":"r"}`)
				})
				config.Found = &Found{}
				client, d := reader(t, config), deleter(t, config)
				err := list(client)
				if errors.Is(err, RouteAbsent) != (c.offers == nil) || err != nil && c.offers != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(c.list, asked); diff != "" {
					t.Error(diff)
				}
				asked = nil
				_, _, _ = collect(client.SharedListeners(t.Context())) // as before
				if diff := cmp.Diff(c.second, asked); diff != "" {
					t.Error(diff)
				}
				asked = nil
				_ = d.DeleteSharedPool(t.Context(), "p") // where it goes is what counts
				if diff := cmp.Diff([]string{c.deletes + "pools/p"}, asked); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestASecondPrefixThatFailsIsNotAbsent: what may be there and cannot be read is not nothing.
func TestASecondPrefixThatFailsIsNotAbsent(t *testing.T) {
	client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2.0/") {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error_code":"ELB.9802","error_msg":"not allowed"}`)
	}))
	_, _, err := collect(client.SharedPools(t.Context()))
	if !errors.Is(err, Forbidden) || errors.Is(err, RouteAbsent) {
		t.Error(err)
	}
}
