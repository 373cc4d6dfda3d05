package inventory

import "fmt"

// State is what janitor thinks of a resource.
type State uint8

// The zero State is Unknown: knowledge that is missing is never "unused".
const (
	Unknown State = iota
	Unused
	InUse
	Protected
)

func (s State) String() string {
	return [...]string{"unknown", "unused", "in use", "protected"}[min(s, Protected)]
}

// Verdict is a state with its reasons; the first reason is the one a row shows. Signs are worth a look ("expired",
// "empty") and change nothing. Both slices are shared between resources: never write to them.
type Verdict struct {
	State   State
	Partial bool // more may be worth a look than Signs tell: something that they look at is not known
	Reasons []Reason
	Signs   []string
}

// Why is the first reason and how many more there are: "listener api-443 and 2 more".
func (v Verdict) Why() string {
	switch len(v.Reasons) {
	case 0:
		return ""
	case 1:
		return v.Reasons[0].Text
	}
	return fmt.Sprintf("%s and %d more", v.Reasons[0].Text, len(v.Reasons)-1)
}

// Reason is one cause of a verdict, ready to be shown: "listener api-443".
type Reason struct {
	Text string
	Via  string // the field that says so, e.g. "default_pool_id"; "" when no field does
	By   string // id of the object that causes it, "" when there is none
}

// empty is the sign of what holds nothing.
var empty = []string{"empty"}

// judge is the order of evidence common to all kinds: what must not be touched, then what is used, then what is not
// known, and only then unused.
func judge(ref Ref, protected, used, gaps, unused []Reason, signs []string) Verdict {
	if !plain(ref.ID) {
		protected = append([]Reason{{Text: "its id has unusual bytes", Via: "id"}}, protected...)
	}
	if ref.Parent != "" && !plain(ref.Parent) {
		protected = append([]Reason{{Text: "its parent's id has unusual bytes", Via: "id"}}, protected...)
	}
	switch {
	case len(protected) > 0 && len(used) > 0:
		all := make([]Reason, 0, len(protected)+len(used))
		return Verdict{State: Protected, Reasons: append(append(all, protected...), used...), Signs: signs}
	case len(protected) > 0:
		return Verdict{State: Protected, Reasons: protected, Signs: signs}
	case len(used) > 0:
		return Verdict{State: InUse, Reasons: used, Signs: signs}
	case len(gaps) > 0:
		return Verdict{State: Unknown, Reasons: gaps, Signs: signs}
	}
	return Verdict{State: Unused, Reasons: unused, Signs: signs}
}

// plain: ids of the services and entries of IP groups are made of these bytes only. Another id was changed on its way
// (sanitised, perhaps), and a request that names it would name something else.
func plain(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '_', c == ':', c == '/', c == '-':
		default:
			return false
		}
	}
	return id != "" && id != "." && id != ".."
}
