package simcloud

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The examples of the documents S0–S4: requests as printed, answers compared whole.

func TestS0BatchDeletePools(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	l.AddPool("de3404aeb44f499893fb42a0b218a515", "web-old")
	r := l.do("POST", l.p+"/pools/batch-delete", `{
  "pools" : [ "de3404aeb44f499893fb42a0b218a515", "de3404aeb44f499893fb42a0b218a123" ]
}`)
	// The document repeats the first id in the second result, a slip of copying (api.md 12).
	l.same(r, http.StatusOK, `{
  "pools" : [ {
    "id" : "de3404aeb44f499893fb42a0b218a515",
    "ret_status" : "successful"
  }, {
    "id" : "de3404aeb44f499893fb42a0b218a123",
    "ret_status" : "not found",
    "ret_code" : "ELB.9903"
  } ],
  "request_id" : "98414965-856c-4be3-8a33-3e08432a222e"
}`)
	if l.Has("de3404aeb44f499893fb42a0b218a515") {
		t.Error("the pool is still there")
	}
}

func TestS1DeleteSharedPool(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	const id = "5a9a3e9e-d1aa-448e-af37-a70171f2a332"
	l.AddPool(id, "old")
	p, _ := l.world().pools.get(id)
	p.shared = true
	l.same(l.do("DELETE", "/v2.0/lbaas/pools/5a9a3e9e-d1aa-448e-af37-a70171f2a332", ""), http.StatusNoContent, "")
	l.same(l.do("DELETE", "/v2.0/lbaas/pools/5a9a3e9e-d1aa-448e-af37-a70171f2a332", ""), http.StatusNotFound,
		`{"NeutronError":{"message":"pool 5a9a3e9e-d1aa-448e-af37-a70171f2a332 could not be found","type":"EntityNotFound","detail":""}}`)
}

func TestS2DeleteEntries(t *testing.T) {
	l := newLab(t, Options{Size: Empty, Now: func() time.Time { return time.Date(2018, 1, 16, 3, 19, 16, 0, time.UTC) }})
	w := l.world()
	w.groups.add(&ipGroup{
		ID: "8722e0e0-9cc9-4490-9660-8c9a5732fbb0", Name: "test_ipg", ProjectID: w.project,
		Entries:   []entry{{IP: "192.168.1.122"}, {IP: "192.168.1.123"}, {IP: "192.168.3.0/24"}},
		Listeners: []ref{{"88f9c079-29cb-435a-b98f-0c5c0b90c2bd"}, {"2f4c9644-d5d2-4cf8-a3c0-944239a4f58c"}},
		CreatedAt: "2018-01-16T03:19:16", UpdatedAt: "2018-01-16T03:19:16",
	})
	path := l.p + "/ipgroups/8722e0e0-9cc9-4490-9660-8c9a5732fbb0/iplist/batch-delete"
	const body = `{
  "ipgroup" : {
    "ip_list" : [ {
      "ip" : "192.168.1.123"
    }, {
      "ip" : "192.168.3.0/24"
    } ]
  }
}`
	// The example says PUT, the URI says POST: only the latter is published (api.md 12).
	if r := l.do("PUT", path, body); r.status != http.StatusNotFound || r.str("error_code") != "APIGW.0101" {
		t.Errorf("PUT: %d %s", r.status, r.text)
	}
	// The table of the document has a request_id, the example has not.
	l.same(l.do("POST", path, body), http.StatusOK, strings.ReplaceAll(`{
  "ipgroup" : {
    "description" : "",
    "id" : "8722e0e0-9cc9-4490-9660-8c9a5732fbb0",
    "name" : "test_ipg",
    "project_id" : "45977fa2dbd7482098dd68d0d8970117",
    "ip_list" : [ {
      "ip" : "192.168.1.122",
      "description" : ""
    } ],
    "listeners" : [ {
      "id" : "88f9c079-29cb-435a-b98f-0c5c0b90c2bd"
    }, {
      "id" : "2f4c9644-d5d2-4cf8-a3c0-944239a4f58c"
    } ],
    "created_at" : "2018-01-16T03:19:16",
    "updated_at" : "2018-01-16T03:19:16"
  },
  "request_id" : "…"
}`, "45977fa2dbd7482098dd68d0d8970117", w.project))
}

func TestS3BatchDeleteCertificates(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	for _, id := range []string{"de3404aeb44f499893fb42a0b218a123", "de3404aeb44f499893fb42a0b218a515"} {
		l.world().certificates.add(&certificate{ID: id})
	}
	r := l.do("POST", l.p+"/certificates/batch-delete", `{
  "certificates" : [ "de3404aeb44f499893fb42a0b218a515", "de3404aeb44f499893fb42a0b218a123" ]
}`)
	l.same(r, http.StatusOK, `{
  "certificates" : [ {
    "id" : "de3404aeb44f499893fb42a0b218a515",
    "ret_status" : "successful"
  }, {
    "id" : "de3404aeb44f499893fb42a0b218a123",
    "ret_status" : "successful"
  } ],
  "request_id" : "98414965-856c-4be3-8a33-3e08432a222e"
}`)
}

func TestS4DeleteChannelMember(t *testing.T) {
	l := newLab(t, Options{})
	path, c := l.builtinChannel(serviceROMA)
	member := path + "/members/" + c.members[0].ID
	other := strings.Replace(member, l.account.ProjectID, l.home.projects[1].ID, 1)
	for _, step := range []struct {
		name, path, token string
		status            int
		body              string
	}{
		{"401", member, "nonsense", http.StatusUnauthorized, `{
  "error_code" : "APIG.1002",
  "error_msg" : "Incorrect token or token resolution failed"
}`},
		{"403", other, l.token, http.StatusForbidden, `{
  "error_code" : "APIG.1005",
  "error_msg" : "No permissions to request this method"
}`},
		{"400", path + "/members/not-an-id", l.token, http.StatusBadRequest, `{
  "error_code" : "APIG.2012",
  "error_msg" : "Invalid parameter value,parameterName:id. Please refer to the support documentation"
}`},
		{"404", path + "/members/be63c6260a1043888187f84af39c9f0e", l.token, http.StatusNotFound, `{
  "error_code" : "APIG.3024",
  "error_msg" : "The VPC instance does not exist,id:be63c6260a1043888187f84af39c9f0e"
}`},
		{"204", member, l.token, http.StatusNoContent, ""},
		{"404 afterwards", member, l.token, http.StatusNotFound,
			`{"error_code":"APIG.3024","error_msg":"The VPC instance does not exist,id:` + c.members[0].ID + `"}`},
	} {
		t.Run(step.name, func(t *testing.T) {
			l.same(l.send("DELETE", step.path, "", map[string]string{"X-Auth-Token": step.token}), step.status, step.body)
		})
	}
}

// TestS4Overlap is the 500 of S4: two deletions at once on one instance. The clock stands still in the bubble, so that
// both are under way together for certain.
func TestS4Overlap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := directLab(t, Options{Latency: 40 * time.Millisecond, ItemCost: 10 * time.Millisecond})
		path, c := l.builtinChannel(serviceROMA)
		var replies [2]reply
		var both sync.WaitGroup
		for i := range replies {
			both.Go(func() { replies[i] = l.direct(t.Context(), "DELETE", path+"/members/"+c.members[i].ID, "") })
		}
		both.Wait()
		first, second := replies[0], replies[1]
		if first.status == http.StatusNoContent {
			first, second = second, first
		}
		l.same(first, http.StatusInternalServerError, `{
  "error_code" : "APIG.9999",
  "error_msg" : "System error"
}`)
		l.same(second, http.StatusNoContent, "")

		// One after the other they pass, and so do two at once on different instances.
		if r := l.direct(t.Context(), "DELETE", path+"/members/"+c.members[0].ID, ""); r.status == http.StatusInternalServerError {
			t.Errorf("alone: %d %s", r.status, r.text)
		}
		otherPath, other := l.builtinChannel(serviceAPIG)
		for i, step := range []string{path + "/members/" + c.members[1].ID, otherPath + "/members/" + other.members[0].ID} {
			both.Go(func() { replies[i] = l.direct(t.Context(), "DELETE", step, "") })
		}
		both.Wait()
		for _, r := range replies {
			if r.status == http.StatusInternalServerError {
				t.Errorf("on two instances: %d %s", r.status, r.text)
			}
		}
	})
}

// builtinChannel is the path of a channel with at least two servers of its own in the main instance of a service. What
// it returns is a copy.
func (l *lab) builtinChannel(service string) (string, channel) {
	l.t.Helper()
	for _, i := range l.world().instances {
		if i.service != service || !i.running() {
			continue
		}
		for _, c := range i.channels.all {
			if !c.reference() && len(c.members) > 1 {
				copied := *c
				copied.members = append([]*server(nil), c.members...)
				return l.channels(i) + "/" + c.ID, copied
			}
		}
	}
	l.t.Fatal("no channel")
	return "", channel{}
}

func (l *lab) channels(i *instance) string {
	return "/v2/" + l.account.ProjectID + "/" + i.service + "/instances/" + i.id + "/vpc-channels"
}
