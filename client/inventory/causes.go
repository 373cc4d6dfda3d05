package inventory

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"janitor/client"
	"janitor/client/english"
)

// join makes one error of one line; nil when none of them is one.
func join(errs []error) error {
	errs = slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err == nil })
	switch len(errs) {
	case 0:
		return nil
	case 1:
		return errs[0]
	}
	return several(errs)
}

type several []error

func (s several) Unwrap() []error { return s }

// Error tells a common cause once: "listing pools and shared pools: 403 …".
func (s several) Error() string {
	var causes []string
	doings := map[string][]string{}
	rest := map[string]string{} // how the sentence ends; of a common cause the first one's, for request ids differ
	for _, err := range s {
		doing, end := whatAndWhy(err)
		why := cause(err)
		if doing == "" {
			why = end
		}
		if doings[why] == nil {
			causes = append(causes, why)
			rest[why] = end
		} else {
			doing = strings.TrimPrefix(doing, "listing ")
		}
		doings[why] = append(doings[why], doing)
	}
	for i, why := range causes {
		causes[i] = strings.TrimSuffix(english.And(doings[why])+rest[why], ".")
	}
	return strings.Join(causes, "; ")
}

// whatAndWhy splits an error after what was being done; the first half is empty when it does not say so.
func whatAndWhy(err error) (what, why string) {
	text := err.Error()
	if e, ok := errors.AsType[*client.Error](err); ok {
		if end, found := strings.CutPrefix(e.Error(), e.Doing); found && e.Doing != "" {
			if what, whole := strings.CutSuffix(text, end); whole {
				return what, end
			}
		}
	}
	return "", text
}

// cause is an error without what was being done, which the sentence around it says already.
func cause(err error) string {
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		return err.Error()
	}
	said := e.Said()
	if status := strconv.Itoa(e.Status); e.Status != 0 && !strings.Contains(said, status) {
		return status + " " + said
	}
	return said
}

// because is a cause as the end of a sentence that others may follow.
func because(permission string, err error) string {
	why := strings.TrimSuffix(cause(err), ".")
	if permission != "" && errors.Is(err, client.Forbidden) && !strings.Contains(why, permission) {
		why = "needs " + permission + " (" + why + ")"
	}
	return why
}

// couldNot says that a list, or an object, is not known and why; who lacks a permission is told which.
func couldNot(what, verb, permission string, err error) string {
	return what + " could not be " + verb + ": " + because(permission, err)
}

// unread is an error whose text stands for itself.
type unread struct {
	text  string
	cause error
}

func (u *unread) Error() string { return u.text }
func (u *unread) Unwrap() error { return u.cause }
