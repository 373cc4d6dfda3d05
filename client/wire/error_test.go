package wire

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnswersOfAllFamilies(t *testing.T) {
	type want struct {
		code, message, requestID string
		class                    Class
	}
	for _, c := range []struct {
		name    string
		status  int
		body    string
		unnamed bool
		want    want
	}{
		// S4, verbatim.
		{"S4 400", 400, `{
  "error_code" : "APIG.2012",
  "error_msg" : "Invalid parameter value,parameterName:id. Please refer to the support documentation"
}`, false, want{"APIG.2012", "Invalid parameter value,parameterName:id. Please refer to the support documentation", "header-id", ""}},
		{"S4 401", 401, `{
  "error_code" : "APIG.1002",
  "error_msg" : "Incorrect token or token resolution failed"
}`, false, want{"APIG.1002", "Incorrect token or token resolution failed", "header-id", Unauthorised}},
		{"S4 403", 403, `{
  "error_code" : "APIG.1005",
  "error_msg" : "No permissions to request this method"
}`, false, want{"APIG.1005", "No permissions to request this method", "header-id", Forbidden}},
		{"S4 404", 404, `{
  "error_code" : "APIG.3024",
  "error_msg" : "The VPC instance does not exist,id:be63c6260a1043888187f84af39c9f0e"
}`, false, want{"APIG.3024", "The VPC instance does not exist,id:be63c6260a1043888187f84af39c9f0e", "header-id", NotFound}},
		{"S4 500", 500, `{
  "error_code" : "APIG.9999",
  "error_msg" : "System error"
}`, false, want{"APIG.9999", "System error", "header-id", ""}},

		{"the error table's 401 for the same code", 401, `{"error_code":"APIG.1005","error_msg":"No permissions"}`, false, want{"APIG.1005", "No permissions", "header-id", Forbidden}},
		{"ELB in use", 409, `{"error_code":"ELB.8907","error_msg":"pool 1111 is using by listener api","request_id":"r1"}`, false,
			want{"ELB.8907", "pool 1111 is using by listener api", "r1", InUse}},
		{"ELB change under way", 409, `{"error_code":"ELB.8907","error_msg":"Load balancer is PENDING_UPDATE","request_id":"r1"}`, false,
			want{"ELB.8907", "Load balancer is PENDING_UPDATE", "r1", Pending}},
		{"ELB protected", 409, `{"error_code":"ELB.8907","error_msg":"member deletion protection is on"}`, false,
			want{"ELB.8907", "member deletion protection is on", "header-id", Protected}},
		{"a 409 without words", 409, ``, false, want{"", "", "header-id", Pending}},
		{"ELB quota", 409, `{"error_code":"ELB.8905","error_msg":"quota in use"}`, false, want{"ELB.8905", "quota in use", "header-id", ""}},
		{"Neutron in use", 409, `{"NeutronError":{"message":"Pool 1 is in use","type":"EntityInUse","detail":""}}`, false,
			want{"EntityInUse", "Pool 1 is in use", "header-id", InUse}},
		{"Neutron not found", 404, `{"NeutronError":{"message":"Pool 1 could not be found","type":"EntityNotFound","detail":""}}`, true,
			want{"EntityNotFound", "Pool 1 could not be found", "header-id", NotFound}},
		{"Neutron without the list", 404, `{"NeutronError":{"message":"The resource could not be found.","type":"HTTPNotFound","detail":""}}`, true,
			want{"HTTPNotFound", "The resource could not be found.", "header-id", RouteAbsent}},
		{"Neutron without the object", 404, `{"NeutronError":{"message":"The resource could not be found.","type":"HTTPNotFound","detail":""}}`, false,
			want{"HTTPNotFound", "The resource could not be found.", "header-id", NotFound}},
		{"Neutron as a word", 409, `{"NeutronError":"is in use"}`, false, want{"", "is in use", "header-id", InUse}},
		{"v2 certificate in use", 409, `{"listener_ids":["l1","l2"]}`, false, want{"", "in use by listener l1, l2", "header-id", InUse}},
		{"v2 certificate in use, with words", 409, `{"error_code":"ELB.5002","error_msg":"The certificate cannot be deleted.","listener_ids":["l1","l2",null]}`, false,
			want{"ELB.5002", "The certificate cannot be deleted; in use by listener l1, l2", "header-id", InUse}},
		{"v2 certificate in use, named by the words", 409, `{"message":"in use by l1 and l2","code":"X","listener_ids":["l1","l2"]}`, false,
			want{"X", "in use by l1 and l2", "header-id", InUse}},
		{"Neutron in use, with listeners", 409, `{"NeutronError":{"message":"busy","type":"Conflict"},"listener_ids":["l1"]}`, false,
			want{"Conflict", "busy; in use by listener l1", "header-id", InUse}},
		{"protected, with listeners", 409, `{"error_msg":"it is protected","listener_ids":["l1"]}`, false,
			want{"", "it is protected; in use by listener l1", "header-id", Protected}},
		{"used, by words that do not say so", 409, `{"message":"busy: l1","code":"X","listener_ids":["l1"]}`, false, want{"X", "busy: l1", "header-id", InUse}},
		{"protected, code unknown, with 400", 400, `{"error_code":"ELB.0099","error_msg":"Deletion protection is on"}`, false,
			want{"ELB.0099", "Deletion protection is on", "header-id", Protected}},
		{"protected, code unknown, with 403", 403, `{"error_code":"ELB.0099","error_msg":"The pool is protected"}`, false,
			want{"ELB.0099", "The pool is protected", "header-id", Protected}},
		{"channel in use", 400, `{"error_code":"APIG.3414","error_msg":"no"}`, false, want{"APIG.3414", "no", "header-id", InUse}},
		{"a quota of the app with 405", 405, `{"error_code":"APIGW.0501","error_msg":"no"}`, false, want{"APIGW.0501", "no", "header-id", Forbidden}},
		{"Octavia", 400, `{"faultcode":"Client","faultstring":"Invalid input","debuginfo":null}`, false, want{"Client", "Invalid input", "header-id", ""}},
		{"IAM", 401, `{"error":{"code":401,"message":"The username or password is wrong.","title":"Error"}}`, false,
			want{"", "The username or password is wrong.", "header-id", Unauthorised}},
		{"IAM, newer", 403, `{"error_code":"IAM.0011","error_msg":"no right"}`, false, want{"IAM.0011", "no right", "header-id", Forbidden}},
		{"a long number as the code", 400, `{"error_code":20010203,"error_msg":"bad"}`, false, want{"20010203", "bad", "header-id", ""}},
		{"code and message", 400, `{"code":7,"message":"bad"}`, false, want{"7", "bad", "header-id", ""}},
		{"some other nesting", 400, `{"fault":{"code":"X.1","message":"bad"}}`, false, want{"X.1", "bad", "header-id", ""}},

		{"gateway signature", 401, `{"error_msg":"Incorrect IAM authentication information: verify aksk signature fail","error_code":"APIGW.0301","request_id":"r2"}`, false,
			want{"APIGW.0301", "Incorrect IAM authentication information: verify aksk signature fail", "r2", Unauthorised}},
		{"gateway token", 401, `{"error_code":"APIGW.0307","error_msg":"The token must be updated"}`, false, want{"APIGW.0307", "The token must be updated", "header-id", Unauthorised}},
		{"ELB token with 403", 403, `{"error_code":"ELB.1102","error_msg":"token is empty"}`, false, want{"ELB.1102", "token is empty", "header-id", Unauthorised}},
		{"token words with 403", 403, `{"error_msg":"The token must be updated"}`, false, want{"", "The token must be updated", "header-id", Unauthorised}},
		{"gateway throttle", 429, `{"error_msg":"over ratelimit,limit:60,time:1 minute","error_code":"APIGW.0308"}`, false,
			want{"APIGW.0308", "over ratelimit,limit:60,time:1 minute", "header-id", Throttled}},
		{"throttle with 500", 500, `{"error_code":"APIG.9008","error_msg":"Too many requests"}`, false, want{"APIG.9008", "Too many requests", "header-id", Throttled}},
		{"throttle without a body", 429, ``, false, want{"", "", "header-id", Throttled}},
		{"other spelling of the gateway's codes", 500, `{"error_code":"APIG.0308","error_msg":"x"}`, false, want{"APIG.0308", "x", "header-id", Throttled}},

		{"route not published", 404, `{"error_code":"APIGW.0101","error_msg":"API not exist"}`, false, want{"APIGW.0101", "API not exist", "header-id", RouteAbsent}},
		{"method not allowed", 405, ``, false, want{"", "", "header-id", RouteAbsent}},
		{"no batches", 400, `{"error_code":"ELB.8902","error_msg":"Batch operations are not allowed"}`, true, want{"ELB.8902", "Batch operations are not allowed", "header-id", RouteAbsent}},
		{"feature unsupported", 403, `{"error_code":"ELB.8962","error_msg":"The feature is not supported"}`, true, want{"ELB.8962", "The feature is not supported", "header-id", RouteAbsent}},
		{"invalid input", 400, `{"error_code":"ELB.8902","error_msg":"Invalid input for marker"}`, true, want{"ELB.8902", "Invalid input for marker", "header-id", ""}},
		{"a family that was retired", 410, `{"error_msg":"v2.0 is gone"}`, true, want{"", "v2.0 is gone", "header-id", RouteAbsent}},
		{"an object that is gone with 410", 410, ``, false, want{"", "", "header-id", NotFound}},
		{"a list that is not there", 404, ``, true, want{"", "", "header-id", RouteAbsent}},
		{"URI or resource, of a list", 404, `{"error_code":"ELB.8904","error_msg":"not found"}`, true, want{"ELB.8904", "not found", "header-id", RouteAbsent}},
		{"URI or resource, of an object", 404, `{"error_code":"ELB.8904","error_msg":"not found"}`, false, want{"ELB.8904", "not found", "header-id", NotFound}},
		{"URI or resource with 403, of a batch", 403, `{"error_code":"ELB.8903","error_msg":"not found"}`, true, want{"ELB.8903", "not found", "header-id", RouteAbsent}},
		{"URI or resource with 403, of an object", 403, `{"error_code":"ELB.8903","error_msg":"not found"}`, false, want{"ELB.8903", "not found", "header-id", NotFound}},
		{"the gateway finds no backend for an object", 404, `{"error_code":"APIGW.0103","error_msg":"The backend does not exist"}`, false, want{"APIGW.0103", "The backend does not exist", "header-id", ""}},
		{"the gateway finds no backend for a list", 404, `{"error_code":"APIG.0103","error_msg":"The backend does not exist"}`, true, want{"APIG.0103", "The backend does not exist", "header-id", ""}},
		{"gone with 503", 503, `{"error_code":"ELB.6002","error_msg":"listener gone"}`, false, want{"ELB.6002", "listener gone", "header-id", NotFound}},
		{"gone with 400", 400, `{"error_code":"ELB.5040","error_msg":"no certificate"}`, false, want{"ELB.5040", "no certificate", "header-id", NotFound}},
		{"channel gone", 404, `{"error_code":"APIG.3023","error_msg":"no channel"}`, false, want{"APIG.3023", "no channel", "header-id", NotFound}},
		{"a bare 404 of an object", 404, ``, false, want{"", "", "header-id", NotFound}},
		{"a page of some proxy is nobody's word", 404, "<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>", false,
			want{"", "a web page instead of an answer: 404 Not Found", "header-id", BadAnswer}},

		{"reference channel", 403, `{"error_code":"APIG.3471","error_msg":"unsupported"}`, false, want{"APIG.3471", "unsupported", "header-id", Protected}},
		{"instance task", 409, `{"error_code":"APIG.3718","error_msg":"task running"}`, false, want{"APIG.3718", "task running", "header-id", Pending}},
		{"policy", 403, `{"error_code":"SYS.0403","error_msg":"Policy doesn't allow elb:pools:delete to be performed."}`, false,
			want{"SYS.0403", "Policy doesn't allow elb:pools:delete to be performed.", "header-id", Forbidden}},
		{"IP group in use, code unknown", 400, `{"error_code":"ELB.0099","error_msg":"ipgroup is used by listeners"}`, false, want{"ELB.0099", "ipgroup is used by listeners", "header-id", InUse}},

		{"proxy", 502, "<html><TITLE>502 Bad\nGateway</TITLE>", false, want{"", `a web page instead of an answer: 502 Bad\nGateway`, "header-id", ""}},
		{"proxy without a title", 502, "<html><h1>Bad Gateway</h1>", false, want{"", "502: a web page instead of an answer", "header-id", ""}},
		{"proxy with a title that says little", 504, "<title>Error</title>", false, want{"", "504: a web page instead of an answer: Error", "header-id", ""}},
		{"plain text", 500, strings.Repeat("é", 300), false, want{"", strings.Repeat("é", 255) + "…", "header-id", ""}},
		{"an attack", 500, `{"error_code":"\u001b[2J","error_msg":"\u202ex","request_id":"\u0007"}`, false, want{`\x1b[2J`, `\u202ex`, `\x07`, ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := Answered(c.status, http.Header{"X-Request-Id": {"header-id"}}, []byte(c.body), nil, !c.unnamed)
			got := want{e.Code, e.Message, e.RequestID, e.Class}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Error(diff)
			}
			if e.Status != c.status {
				t.Errorf("status %d", e.Status)
			}
		})
	}
}

func TestAnEchoedCredentialIsHidden(t *testing.T) {
	sent := http.Header{
		"X-Auth-Token":  {"MIIsecret"},
		"Authorization": {"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=00ff00ff"},
	}
	body := "debug: X-Auth-Token: MIIsecret; Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=00ff00ff; sig 00ff00ff; -----BEGIN RSA PRIVATE KEY----- MIIE"
	e := Answered(500, nil, []byte(body), sent, true)
	for _, secret := range []string{"MIIsecret", "00ff00ff", "MIIE"} {
		if strings.Contains(e.Error(), secret) {
			t.Errorf("%q is shown: %v", secret, e)
		}
	}
	// A token is longer than any message: it must be found before the message is cut.
	sent.Set("X-Auth-Token", strings.Repeat("MIIsecret", 300))
	for _, body := range []string{"debug: " + sent.Get("X-Auth-Token"), "<title>" + sent.Get("X-Auth-Token") + "</title>"} {
		if e := Answered(500, nil, []byte(body), sent, true); strings.Contains(e.Error(), "MIIsecret") {
			t.Errorf("a token is shown: %v", e)
		}
	}
}

func TestErrorSaysWhatWhereAndWhatToDo(t *testing.T) {
	refused := &Error{Doing: "deleting pool p1", Status: 409, Code: "ELB.8907", Message: "pool p1 is used by listener api", RequestID: "0a1b", Class: InUse}
	login := &Error{Doing: "logging in as user u of d", Status: 401, Message: "wrong password", Class: Unauthorised}
	for _, c := range []struct {
		err  error
		want string
	}{
		{refused, "deleting pool p1: ELB.8907 pool p1 is used by listener api (HTTP 409, request 0a1b)"},
		{&Error{Doing: "listing pools", Status: 403, Class: Forbidden}, "listing pools: 403 Forbidden"},
		{&Error{Doing: "listing pools", Class: Transport, Err: errors.New("connection reset")}, "listing pools: connection reset"},
		{&Error{Doing: "listing shared pools", Status: 404, Class: RouteAbsent}, "listing shared pools: 404 Not Found; this cloud does not offer the call"},
		{&Error{Doing: "listing pools", Status: 502, Message: "502: a web page instead of an answer"}, "listing pools: 502: a web page instead of an answer"},
		{login, "logging in as user u of d: wrong password (HTTP 401); check the credentials of the profile and the clock of this computer"},
		{&Error{Doing: "listing pools", Class: Unauthorised, Err: login},
			"listing pools: logging in as user u of d: wrong password (HTTP 401); check the credentials of the profile and the clock of this computer"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
	if !errors.Is(refused, InUse) || errors.Is(refused, NotFound) || errors.Is(&Error{}, Class("")) {
		t.Error("errors.Is does not go by the class")
	}
}

func FuzzAnswered(f *testing.F) {
	f.Add(409, `{"error_code":"ELB.8907","error_msg":"in use","request_id":"r"}`, true)
	f.Add(409, `{"NeutronError":{"message":"m","type":"EntityInUse","detail":""}}`, true)
	f.Add(401, `{"error":{"code":401,"message":"m","title":"t"}}`, false)
	f.Add(409, `{"listener_ids":[1,"a",null]}`, true)
	f.Add(502, "<html><title>İ</title>", true)
	f.Add(500, `[{"error":[]}]`, false)
	f.Fuzz(func(t *testing.T, status int, body string, named bool) {
		e := Answered(status, nil, []byte(body), nil, named)
		for _, s := range []string{e.Code, e.Message, e.RequestID} {
			if s != Clean(s) {
				t.Errorf("not clean: %q", s)
			}
		}
		if strings.ContainsAny(e.Error(), "\n\x1b") {
			t.Errorf("more than one harmless line: %q", e.Error())
		}
		if e.RetryAfter < 0 {
			t.Errorf("RetryAfter %v", e.RetryAfter)
		}
	})
}
