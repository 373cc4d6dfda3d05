package cleanup

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// notByPost is a cloud that answers iplist/batch-delete so when it is sent by POST.
func notByPost(do simcloud.Act) simcloud.Options {
	return simcloud.Options{Seed: 3, ByPut: true, Script: simcloud.Script{Rules: []simcloud.Rule{
		{Method: http.MethodPost, Path: "**/iplist/batch-delete", Do: do},
	}}}
}

// TestEntriesGoByPutWhereTheCloudTakesNoPost: S2 has POST in its URI and PUT in its example. After an answer that says that
// there is no such call nothing was applied, and the other one is tried; it is remembered, and the journal has both.
func TestEntriesGoByPutWhereTheCloudTakesNoPost(t *testing.T) {
	const post, put = "POST ipgroups/{id}/iplist/batch-delete", "PUT ipgroups/{id}/iplist/batch-delete"
	for name, do := range map[string]simcloud.Act{
		"method not allowed":    {Status: http.StatusMethodNotAllowed},
		"API not published":     {Status: http.StatusNotFound, Code: "APIGW.0101", Message: "The API does not exist or has not been published in the environment"},
		"URI or resource":       {Status: http.StatusNotFound, Code: "ELB.8904", Message: "URI does not exist"},
		"URI or resource (403)": {Status: http.StatusForbidden, Code: "ELB.8903", Message: "URI does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			lab := newUndoLab(t, notByPost(do))
			some, from := lab.entriesOf(3)
			lab.delete(some[:2], from, Choice{})
			var calls []string
			for _, q := range lab.newest().Ledger.Requests(0) {
				calls = append(calls, q.Call)
			}
			if !slices.Equal(calls, []string{post, put}) {
				t.Errorf("the journal has %q", calls)
			}
			inside := inventory.Last(lab.loader.Open(t.Context(), inventory.Entries, inventory.Parents(some)))
			lab.delete(some[2:], inside, Choice{})
			if all := lab.newest().Ledger.Requests(0); len(all) != 1 || all[0].Call != put {
				t.Errorf("then it has %+v", all)
			}
		})
	}
}

// After an answer that leaves open whether it was applied, or that is about something else, no other call is tried.
func TestEntriesStayWithPostOtherwise(t *testing.T) {
	for name, do := range map[string]simcloud.Act{
		"internal":      {Status: http.StatusInternalServerError, Code: "ELB.8906", Message: "internal"},
		"of a gateway":  {Status: http.StatusBadGateway},
		"a page":        {Status: http.StatusNotFound, Body: "<html>not here</html>", ContentType: "text/html"},
		"bad request":   {Status: http.StatusBadRequest, Code: "ELB.9899", Message: "invalid"},
		"conflict":      {Status: http.StatusConflict, Code: "ELB.8907", Message: "group is in use"},
		"not allowed":   {Status: http.StatusForbidden, Code: "ELB.9802", Message: "policy does not allow it"},
		"lost, applied": {Cut: simcloud.After},
	} {
		t.Run(name, func(t *testing.T) {
			lab := newUndoLab(t, notByPost(do))
			some, from := lab.entriesOf(2)
			_, results := lab.run(lab.plan(some, from))
			for _, r := range lab.cloud.Requests() {
				if r.Method == http.MethodPut && strings.HasSuffix(r.Path, "/iplist/batch-delete") {
					t.Errorf("it was sent by PUT: %+v", results)
				}
			}
		})
	}
}

// TestEntriesOfACloudThatHasNoSuchCall: a server that does not know the path answers without a code. The message says what that
// may mean.
func TestEntriesOfACloudThatHasNoSuchCall(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 3, Script: simcloud.Script{Rules: []simcloud.Rule{
		{Path: "**/iplist/batch-delete", Do: simcloud.Act{Status: http.StatusNotFound, Body: "404 page not found\n", ContentType: "text/plain"}},
	}}})
	some, from := lab.entriesOf(1)
	_, results := lab.run(lab.plan(some, from))
	const want = "404 page not found; read back: still there; perhaps this cloud does not have the call PUT ipgroups/{id}/iplist/batch-delete"
	if len(results) != 1 || results[0].Outcome != Failed || results[0].Message != want {
		t.Errorf("%+v", results)
	}
}
