package cleanup

import (
	"encoding/json"
	"slices"
	"time"
)

// The types of a journal's lines, in about the order in which they come.
const (
	lineHeader  = "header"
	lineResume  = "resume"
	lineObject  = "object"
	lineWhole   = "whole"
	lineIntent  = "intent"
	lineAnswer  = "answer"
	lineRead    = "read"
	lineMade    = "made"
	lineOutcome = "outcome"
	lineNote    = "note"
	lineProof   = "proof"
	lineEnd     = "end"
	lineVerify  = "verify"
	lineFound   = "found"
)

// journalFormat is the version of what the lines say.
const journalFormat = 1

// Header is the first line of a run's journal: who deletes what, where, with what.
type Header struct {
	Format  int       `json:"format"`
	Run     string    `json:"run"`
	Plan    string    `json:"plan"` // [Digest] of its file
	Items   int       `json:"items"`
	Who     Who       `json:"who"`
	Where   Where     `json:"where"`
	Why     Why       `json:"why,omitzero"`
	Version string    `json:"version"` // of janitor
	Go      string    `json:"go"`      // and of Go, with the system: "go1.26.0 linux/amd64"
	Started time.Time `json:"started"`
}

// Who is the user of this machine who started something.
type Who struct {
	User string    `json:"user"`
	Host string    `json:"host"`
	PID  int       `json:"pid"`
	As   Principal `json:"as,omitzero"` // zero = not known: the file is older than that
}

func (w Who) String() string { return w.User + "@" + w.Host }

// Principal is whom the cloud takes somebody for, as far as that is known without asking: two who work on one machine may look
// alike otherwise. There is no secret in it.
type Principal struct {
	Way       string `json:"way"`                  // "access key", "password", "token" or "agency"
	AccessKey string `json:"access_key,omitempty"` // masked
	User      string `json:"user,omitempty"`
	Account   string `json:"account,omitempty"`
}

// String is "password of user alice in account acme", "access key ABCD…YZ"; "" when nothing is known.
func (p Principal) String() string {
	s := p.Way
	if p.AccessKey != "" {
		s += " " + p.AccessKey
	}
	if p.User != "" {
		s += " of user " + p.User
	}
	if p.Account != "" {
		s += " in account " + p.Account
	}
	return s
}

// Where is the project that a run is about, and the services it speaks to.
type Where struct {
	Profile   string            `json:"profile"`
	Region    string            `json:"region"`
	Project   string            `json:"project"`
	Endpoints map[string]string `json:"endpoints,omitempty"` // as the profile gives them; others follow from its cloud
}

// Why is what a run is for, as whoever started it says.
type Why struct {
	Ticket   string `json:"ticket,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Approved string `json:"approved,omitempty"` // digest of the [Document] that was approved
}

// resumed begins what a later process adds: resume or verify.
type resumed struct {
	Who     Who       `json:"who"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
}

// kept is an item as it was when it was sent, less private keys, which are never decoded.
type kept struct {
	Item   int             `json:"item"`
	Object json.RawMessage `json:"object"`
}

// keptWhole is what it takes to make an item again, as it was before anything was done to it. In the journal of an undo
// it is the same.
type keptWhole struct {
	Item  int             `json:"item"`
	Back  json.RawMessage `json:"back"`            // an [inventory.Back]
	Shown bool            `json:"shown,omitempty"` // as a screen shows it: nothing better was kept
	Taken []string        `json:"taken,omitempty"` // of an undo: ids of the objects that it was taken out of

	Parent  string `json:"parent,omitempty"`  // of an undo: the id that what it lives in has now, where it is another
	Perhaps *maybe `json:"perhaps,omitempty"` // of an undo
}

// maybe is what an undo before this one may have made: it could not tell.
type maybe struct {
	By    string   `json:"by"`
	Part  string   `json:"part"`
	Twins []string `json:"twins,omitempty"` // what looked like it before
}

// made are parts of an item that are there again without an answer that says so: a list shows them, or an undo before
// this one has made them.
type made struct {
	Item  int               `json:"item"`
	Parts map[string]string `json:"parts"`        // part → id; see [inventory.Making]
	By    string            `json:"by,omitempty"` // the undo before this one
}

// intent is a request that changes something. It is on disk before the request leaves.
type intent struct {
	Request int      `json:"request"` // from 1
	Call    string   `json:"call"`
	Items   []int    `json:"items"` // of the plan
	IDs     []string `json:"ids"`   // of the items, for people
	Step    *taken   `json:"step,omitempty"`

	Makes bool     `json:"makes,omitempty"` // it brings back, this part of its items
	Part  string   `json:"part,omitempty"`
	Twins []string `json:"twins,omitempty"` // what looked like it before
}

// taken is the step that a request makes before a deletion.
type taken struct {
	Prerequisite
	Detach bool `json:"detach,omitempty"` // takes the item out of use
	Whole  bool `json:"whole,omitempty"`  // by deleting what uses it
}

// leaves: the object that it changes stays, without what it referred to.
func (t taken) leaves() bool { return t.Detach && !t.Whole }

func (t taken) same(other taken) bool { return t.ID == other.ID && t.Detach == other.Detach }

// doneByAny: one of these steps does the same for the item of this one: it is taken out of the same object in the same
// way, or the object is deleted.
func (t taken) doneByAny(others []taken) bool {
	return slices.ContainsFunc(others, func(o taken) bool { return t.same(o) && t.Detach && (o.Whole || o.Call == t.Call) })
}

// did is what became of what it takes away.
func (t taken) did() string {
	if t.leaves() {
		return "detached"
	}
	return "removed"
}

// answer is what came of a request. Doubt are the items that it may have reached without the answer saying so.
type answer struct {
	Request   int      `json:"request"`
	RequestID string   `json:"request_id,omitempty"` // of an answer that does not speak of each item, as those to steps
	Said      []said   `json:"said,omitempty"`
	Error     *failure `json:"error,omitempty"`
	Doubt     []int    `json:"doubt,omitempty"`
}

type said struct {
	ID        string `json:"id"`
	Said      string `json:"said"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	RequestID string `json:"request_id,omitempty"`
	New       string `json:"new,omitempty"` // the id of what was made
}

type failure struct {
	Status    int    `json:"status,omitempty"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message"`
	RequestID string `json:"request_id,omitempty"`
}

// sight is what a list showed of items that were in doubt.
type sight struct {
	There   []int `json:"there,omitempty"`
	Gone    []int `json:"gone,omitempty"`
	Unknown []int `json:"unknown,omitempty"` // the list was not complete
}

// ended is an item's outcome or, as a proof, what the closing list made of it.
type ended struct {
	Item      int           `json:"item"`
	Outcome   string        `json:"outcome"`
	Proved    bool          `json:"proved,omitempty"`
	Code      string        `json:"code,omitempty"`
	Message   string        `json:"message,omitempty"`
	RequestID string        `json:"request_id,omitempty"`
	NewID     string        `json:"new_id,omitempty"`
	Took      time.Duration `json:"took_ns,omitempty"`
}

type remark struct {
	Text   string `json:"text"`
	Stop   bool   `json:"stop,omitempty"`   // the run stopped for it
	Final  bool   `json:"final,omitempty"`  // not because its program ended: whoever resumes it sends no more either
	Safety bool   `json:"safety,omitempty"` // it was a safety stop
}

type summing struct {
	Summary string    `json:"summary"`
	Ended   time.Time `json:"ended"`
}
