package cleanup

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"janitor/client"
)

// endingOf is what an error means for an item that is still there.
func endingOf(err error) ending {
	v := ending{outcome: Failed, message: err.Error()}
	if e, ok := errors.AsType[*client.Error](err); ok {
		v.code, v.requestID = e.Code, e.RequestID
		switch {
		case e.Message != "":
			v.message = e.Message
		case e.Code == "": // without what was being done: the item says that
			v.message = e.Said()
		}
	}
	for _, class := range []client.Class{client.InUse, client.Protected, client.Pending} {
		if errors.Is(err, class) {
			v.outcome = Blocked
		}
	}
	return v
}

// endingOfCall also names the call where this cloud does not have it.
func endingOfCall(call string, err error) ending {
	v := endingOf(err)
	if errors.Is(err, client.RouteAbsent) {
		v.message = fmt.Sprintf("this cloud does not have the call %s (%s)", call, v.message)
	}
	return v
}

// aboutSize: how the services refuse a batch that is too big, and also one with a bad item.
func aboutSize(err error) bool {
	status := statusOf(err)
	return status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge
}

func statusOf(err error) int {
	if e, ok := errors.AsType[*client.Error](err); ok {
		return e.Status
	}
	return 0
}

// aboutCredentials: what failed is not the request but one for its credentials, such as a login.
func aboutCredentials(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		return false
	}
	_, theirs := errors.AsType[*client.Error](e.Err)
	return theirs
}

// unsent: the request never left.
func unsent(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Unsent
}

// offline: the service could not even be asked, however often it was tried.
func offline(err error) bool { return unsent(err) && errors.Is(err, client.Transport) }

// divisible says that a batch was refused for what is in it or for its size: smaller ones may do better.
func divisible(err error) bool {
	for _, class := range []client.Class{client.Forbidden, client.RouteAbsent} {
		if errors.Is(err, class) {
			return false
		}
	}
	return definite(err) && !unsent(err)
}

// partly: a batch of so many items was refused, and perhaps not before some of them were deleted: nothing says that a batch
// is done whole or not at all (api.md 2.11). What was refused for its size, for who asks or for how often was not begun; a
// 404 is about the call, or about what others have deleted.
func partly(items int, err error) bool {
	if items < 2 || !divisible(err) || saysSize(err) {
		return false
	}
	for _, class := range []client.Class{client.Unauthorised, client.Throttled, client.NotFound} {
		if errors.Is(err, class) {
			return false
		}
	}
	return true
}

// saysSize: the service speaks of how many there are, not of what they are.
func saysSize(err error) bool {
	if !aboutSize(err) {
		return false
	}
	if statusOf(err) == http.StatusRequestEntityTooLarge {
		return true
	}
	said := strings.ToLower(endingOf(err).message)
	return slices.ContainsFunc([]string{"batch operation", "too many", "at most", "exceed", "maximum"}, func(words string) bool {
		return strings.Contains(said, words)
	})
}

// definite says that nothing was applied: the service has refused, or never heard of it.
func definite(err error) bool {
	if unsent(err) {
		return true
	}
	for _, class := range []client.Class{client.InUse, client.Protected, client.Forbidden, client.RouteAbsent} {
		if errors.Is(err, class) {
			return true
		}
	}
	status := statusOf(err)
	if status == http.StatusNotFound && !errors.Is(err, client.NotFound) { // of a backend, or a page of some proxy: not of the item
		return false
	}
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout
}

// settles: the error says that nothing was applied, or that there was nothing to apply it to.
func settles(err error) bool {
	return definite(err) || errors.Is(err, client.Throttled) || errors.Is(err, client.Pending)
}

// aboutHolds: what is refused in these words may be refused for what it holds, and go when that was taken away. If others
// use it they would use it empty. A change under way ends by itself.
func aboutHolds(message string) bool {
	said := strings.ToLower(message)
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	switch {
	case says("listener", "polic", "pending_", "immutable"):
		return false
	case saysHolds(message):
		return true
	}
	return !says("in use", "using", "used", "associated", "referenced")
}

// saysHolds: the service speaks of what a pool holds.
func saysHolds(message string) bool {
	said := strings.ToLower(message)
	return slices.ContainsFunc([]string{"member", "backend server", "health"}, func(w string) bool { return strings.Contains(said, w) })
}
