package wire

import (
	"net/http"
	"strings"
)

// classify goes by the code first, then by the status: the same code comes with different statuses (APIG.1005 is 401 or
// 403), and the same status means different things (503 ELB.6002 is "already gone"). Sources: api.md 4.5, 6.2, 6.3, 7; S4.
func classify(status int, code, message string, named, html bool) Class {
	said := strings.ToLower(message)
	if class, ok := byCode(gateway(code), said, named); ok {
		return class
	}
	switch status {
	case http.StatusUnauthorized:
		return Unauthorised
	case http.StatusForbidden:
		switch {
		case strings.Contains(said, "token must be updated"):
			return Unauthorised
		case protected(said):
			return Protected
		}
		return Forbidden
	case http.StatusNotFound, http.StatusGone:
		switch {
		case !named:
			return RouteAbsent
		case html:
			return BadAnswer
		}
		return NotFound
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return RouteAbsent
	case http.StatusTooManyRequests:
		return Throttled
	case http.StatusConflict:
		return conflict(said)
	case http.StatusBadRequest:
		switch {
		case protected(said):
			return Protected
		case used(said):
			return InUse
		}
	}
	if status < 400 {
		return BadAnswer
	}
	return ""
}

// gateway gives the codes of the gateway in front of all services one spelling: some clouds write APIG.0308 for
// APIGW.0308. The codes of the API gateway service itself (APIG.1000 and up) are others.
func gateway(code string) string {
	if number, ok := strings.CutPrefix(code, "APIG.0"); ok {
		return "APIGW.0" + number
	}
	return code
}

func byCode(code, said string, named bool) (Class, bool) {
	switch code {
	case "ELB.8903", "ELB.8904": // "URI or resource not found"
		if named {
			return NotFound, true
		}
		return RouteAbsent, true
	case "ELB.1002", "ELB.2012", "ELB.5040", "ELB.6002", "ELB.7014", "ELB.7020", "ELB.9903",
		"APIG.3023", "APIG.3024", "APIG.3030", "APIC.7302":
		return NotFound, true
	case "ELB.8962": // feature unsupported
		if !named {
			return RouteAbsent, true
		}
		return Forbidden, true
	case "ELB.8902": // any invalid input, and the way to say that there are no batches
		if !named && strings.Contains(said, "batch operations are not allowed") {
			return RouteAbsent, true
		}
		return "", false
	case "ELB.8907":
		return conflict(said), true
	case "ELB.8905": // a quota of objects, with status 409
		return "", true
	case "APIGW.0103": // 404: the gateway finds its backend missing, which says nothing of what is in it
		return "", true
	case "APIG.3414", "APIG.3710", "APIG.3719":
		return InUse, true
	case "APIG.3471": // not possible for this kind of channel
		return Protected, true
	case "APIG.3718", "APIC.7701":
		return Pending, true
	case "APIG.9008", "APIGW.0308":
		return Throttled, true
	case "APIGW.0501", "APIGW.0502": // 405, yet a quota of the app
		return Forbidden, true
	case "APIGW.0101":
		return RouteAbsent, true
	case "APIGW.0301", "APIGW.0303", "APIGW.0307", "SYS.0401",
		"ELB.1102", "ELB.1103", "ELB.1104", "ELB.1105", "ELB.1109",
		"APIG.1000", "APIG.1001", "APIG.1002", "APIG.1003", "APIG.1007", "APIG.1008", "APIG.1009",
		"APIG.1010", "APIG.1011", "APIG.1012", "APIG.1013":
		return Unauthorised, true
	case "APIG.1005", "APIG.1020", "APIG.1113", "APIG.1136", "SYS.0403", "ELB.9802", "ELB.9803", "ELB.9804":
		return Forbidden, true
	}
	switch { // types of NeutronError
	case code == "HTTPNotFound" && !named: // an entity is missing by its own name: PoolNotFound
		return RouteAbsent, true
	case strings.HasSuffix(code, "InUse"):
		return InUse, true
	case strings.HasSuffix(code, "NotFound"):
		return NotFound, true
	}
	return "", false
}

// conflict tells the reasons of a 409 apart by its words. One that gives no reason is taken for a change under way, which is
// tried again for a while before it is reported.
func conflict(said string) Class {
	switch {
	case protected(said):
		return Protected
	case used(said):
		return InUse
	default:
		return Pending
	}
}

func protected(said string) bool {
	return strings.Contains(said, "protection") || strings.Contains(said, "is protected")
}

func used(said string) bool {
	for _, words := range [...]string{"is using", "in use", "is used", "are using", "being used", "used by", "is associated", "is referenced"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}
