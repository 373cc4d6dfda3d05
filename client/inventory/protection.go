package inventory

import (
	"regexp"
	"slices"
	"strings"

	"janitor/client"
)

var protectedInConsole = []Reason{{Text: "protected in the console", Via: "protection_status"}}

// protectedBy: the owner protected it in the console; calls of the API are perhaps not refused, janitor refuses (api.md 2.11).
func protectedBy(status, reason string) []Reason {
	switch {
	case status == "" || strings.EqualFold(status, client.NotProtected):
		return nil
	case reason != "":
		return []Reason{{Text: `"` + reason + `"`, Via: "protection_reason"}}
	case strings.EqualFold(status, client.ProtectedByConsole):
		return slices.Clip(protectedInConsole)
	}
	return []Reason{{Text: "protection_status is " + status, Via: "protection_status"}}
}

var wordCCE = regexp.MustCompile(`\bCCE\b`)

// madeBy: container clusters mark what they made in the description, which then names CCE, or by the prefix k8s_ of the
// name. The cluster would make it again, or break.
func madeBy(name, description string) []Reason {
	switch {
	case strings.Contains(description, "CCE") && wordCCE.MatchString(description):
		return []Reason{{Text: "made by a CCE cluster", Via: "description"}}
	case strings.HasPrefix(name, "k8s_"):
		return []Reason{{Text: "made by a container cluster", Via: "name"}}
	}
	return nil
}

func protection(status, reason string) string {
	if because := protectedBy(status, reason); because != nil {
		return because[0].Text
	}
	return ""
}
