package cleanup

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"janitor/client/inventory"
)

// documentFormat is the version of the file that [Document.Encode] makes.
const documentFormat = 1

// Document is a plan that is written down, to be reviewed and executed later: what [Plan.Encode] knows, and where, when,
// by whom and out of how many it was chosen.
type Document struct {
	Made    time.Time
	Expires time.Time // nobody executes it after that: the account has moved on
	By      Who
	Version string // of janitor
	Where   Where
	Steps   []Stage // one after another
}

// Stage is one plan of a document: one choice of one kind.
type Stage struct {
	Name   string // of the step of a runbook; "" otherwise
	Chosen string // how: "pools where unused && age > 90d"
	Listed int    // how many of the kind there were, of which these were chosen
	Plan   Plan
}

type documentFile struct {
	Format  int         `json:"janitor_plan"`
	Digest  string      `json:"digest"` // of the file with an empty one
	Made    time.Time   `json:"made"`
	Expires time.Time   `json:"expires"`
	By      Who         `json:"by"`
	Version string      `json:"version"`
	Where   Where       `json:"where"`
	Steps   []stageFile `json:"steps"`
}

type stageFile struct {
	Name   string          `json:"name,omitempty"`
	Chosen string          `json:"chosen"`
	Listed int             `json:"listed"`
	Plan   json.RawMessage `json:"plan"`
}

// NewDocument is a document of these steps that is good for so long, made by the user of this machine, whom the cloud takes for
// as.
func NewDocument(at Where, as Principal, version string, made time.Time, life time.Duration, steps ...Stage) Document {
	made = made.UTC().Truncate(time.Second)
	by := whoIsThis()
	by.As = as
	return Document{Made: made, Expires: made.Add(life), By: by, Version: version, Where: at, Steps: steps}
}

// Encode gives the file and its digest, which stands for all that is in it.
func (d Document) Encode() (file []byte, digest string, err error) {
	f := documentFile{
		Format: documentFormat, Made: d.Made, Expires: d.Expires, By: d.By, Version: d.Version, Where: d.Where,
		Steps: make([]stageFile, len(d.Steps)),
	}
	for i, s := range d.Steps {
		plan, err := s.Plan.Encode()
		if err != nil {
			return nil, "", err
		}
		f.Steps[i] = stageFile{s.Name, s.Chosen, s.Listed, plan}
	}
	if f.Digest, err = f.digest(); err != nil {
		return nil, "", err
	}
	file, err = planJSON(f)
	return file, f.Digest, err
}

func (f documentFile) digest() (string, error) {
	f.Digest = ""
	bare, err := planJSON(f)
	if err != nil {
		return "", err
	}
	return Digest(bare), nil
}

// DecodeDocument reads a file of [Document.Encode], and no other: what was changed by hand is refused. Errors are clauses:
// "it is not a plan: …".
func DecodeDocument(r io.Reader) (d Document, digest string, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	switch {
	case err != nil:
		return d, "", fmt.Errorf("it cannot be read: %w", err)
	case len(data) > maxPlan:
		return d, "", fmt.Errorf("it is not a plan: it is larger than %d bytes", maxPlan)
	}
	if err := checkFormat(data); err != nil {
		return d, "", err
	}
	var f documentFile
	if err := parsePlan(data, &f); err != nil {
		return d, "", err
	}
	d = Document{Made: f.Made, Expires: f.Expires, By: f.By, Version: f.Version, Where: f.Where}
	for i, s := range f.Steps {
		p, err := decodePlan(s.Plan)
		if err != nil {
			return d, "", fmt.Errorf("step %d: %w", i+1, err)
		}
		d.Steps = append(d.Steps, Stage{s.Name, s.Chosen, s.Listed, p})
	}
	// Written anew it must be the same: also what no field shows was not touched then.
	_, digest, err = d.Encode()
	if err == nil && subtle.ConstantTimeCompare([]byte(digest), []byte(f.Digest)) != 1 {
		err = errors.New("it was changed after it was made: plan again")
	}
	if err == nil {
		err = d.check()
	}
	return d, digest, err
}

// checkFormat refuses other files, and those of another version: it need not look like this one.
func checkFormat(file []byte) error {
	var version struct {
		Format int `json:"janitor_plan"`
	}
	err := json.Unmarshal(file, &version)
	_, other := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case other, err == nil && version.Format == 0:
		return errors.New("it is not a plan: janitor plan writes one")
	case err != nil:
		return fmt.Errorf("it is not a plan: %w", err)
	case version.Format != documentFormat:
		return fmt.Errorf("its format is %d, this janitor reads format %d: plan again", version.Format, documentFormat)
	}
	return nil
}

// check refuses what janitor does not write: items of another project than the one it names.
func (d Document) check() error {
	for _, s := range d.Steps {
		if i := s.Plan.outside(d.Where); i >= 0 {
			return fmt.Errorf("it is about project %s, and %s is elsewhere", d.Where.Project, s.Plan.Items[i].Resource.Label())
		}
	}
	return nil
}

// Items counts the items of all steps.
func (d Document) Items() int {
	n := 0
	for _, s := range d.Steps {
		n += len(s.Plan.Items)
	}
	return n
}

// Dangers are the texts of all consequences that are dangers, each once.
func (d Document) Dangers() []string {
	var texts []string
	for _, s := range d.Steps {
		for _, c := range s.Plan.Consequences {
			if c.Grade == inventory.Danger && !slices.Contains(texts, c.Text) {
				texts = append(texts, c.Text)
			}
		}
	}
	return texts
}
