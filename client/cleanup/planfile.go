package cleanup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// planFormat is the version of the file that [Plan.Encode] makes.
const planFormat = 1

// maxPlan bounds the file, in bytes.
const maxPlan = 256 << 20

// planFile is a plan on disk: what identifies the items, what they are compared by and what was shown of them. Objects
// are not in it: a run keeps them in its journal as they are just before they go.
type planFile struct {
	Format       int               `json:"format"`
	Detach       bool              `json:"detach"`
	Undoes       string            `json:"undoes,omitempty"`
	Hides        bool              `json:"hides,omitempty"`
	Items        []itemFile        `json:"items"`
	LeftOut      []leftOutFile     `json:"left_out"`
	Consequences []consequenceFile `json:"consequences"`
}

type refFile struct {
	Scope  inventory.ScopeID `json:"scope"`
	Kind   inventory.KindID  `json:"kind"`
	Parent string            `json:"parent,omitempty"`
	ID     string            `json:"id"`
}

type itemFile struct {
	Ref      refFile     `json:"ref"`
	Name     string      `json:"name"`
	In       string      `json:"in,omitempty"`
	Created  *time.Time  `json:"created,omitempty"`
	Updated  *time.Time  `json:"updated,omitempty"`
	Verdict  verdictFile `json:"verdict"`
	Settings []fieldFile `json:"settings,omitempty"`
	Takes    string      `json:"takes,omitempty"`
	Undo     string      `json:"undo"`
	UndoWhy  string      `json:"undo_why,omitempty"`

	Detaches []Prerequisite `json:"detaches,omitempty"`
	Holds    []Prerequisite `json:"holds,omitempty"`
	Demands  bool           `json:"demands,omitempty"`
}

type verdictFile struct {
	State   string       `json:"state"`
	Reasons []reasonFile `json:"reasons,omitempty"`
	Signs   []string     `json:"signs,omitempty"`
	Partial bool         `json:"partial,omitempty"`
}

type reasonFile struct {
	Text string `json:"text"`
	Via  string `json:"via,omitempty"`
	By   string `json:"by,omitempty"`
}

type fieldFile struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type leftOutFile struct {
	Ref       refFile `json:"ref"`
	Label     string  `json:"label"`
	Why       string  `json:"why"`
	CanDetach bool    `json:"can_detach,omitempty"`
	CanTake   bool    `json:"can_take,omitempty"`
}

type consequenceFile struct {
	Of    []refFile  `json:"of"`
	Grade string     `json:"grade"`
	Name  string     `json:"name,omitempty"`
	Key   string     `json:"key,omitempty"`
	Much  []*big.Int `json:"much,omitempty"`
	Text  string     `json:"text"`
}

// Encode gives the plan as a file. Equal plans give equal bytes, so that [Digest] stands for the plan.
func (p Plan) Encode() ([]byte, error) {
	f := planFile{
		Format: planFormat, Detach: p.Detach, Undoes: p.Undoes, Hides: p.Hides,
		Items: make([]itemFile, len(p.Items)), LeftOut: make([]leftOutFile, len(p.LeftOut)),
		Consequences: make([]consequenceFile, len(p.Consequences)),
	}
	for i := range p.Items {
		f.Items[i] = fileOf(&p.Items[i])
	}
	for i, l := range p.LeftOut {
		f.LeftOut[i] = leftOutFile{refFile(l.Ref), l.Label, l.Why, l.CanDetach, l.CanTake}
	}
	for i, c := range p.Consequences {
		of := make([]refFile, len(c.Of))
		for n, ref := range c.Of {
			of[n] = refFile(ref)
		}
		f.Consequences[i] = consequenceFile{of, c.Grade.String(), c.Name, c.Key, c.Much, c.Text}
	}
	return planJSON(f)
}

// planJSON is the one spelling of a plan's file: equal values give equal bytes.
func planJSON(f any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("writing the plan: %w", err)
	}
	return indented(out.Bytes()), nil
}

// indented is what [json.Indent] makes of compact JSON with one space a level, but quickly: a run cannot begin before its
// plan is written.
func indented(data []byte) []byte {
	out := make([]byte, 0, 2*len(data))
	depth, quoted := 0, false
	line := func() {
		out = append(out, '\n')
		for range depth {
			out = append(out, ' ')
		}
	}
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case quoted && c == '\\':
			out = append(out, c)
			i++
			c = data[i]
		case c == '"':
			quoted = !quoted
		case quoted:
		case (c == '{' || c == '[') && data[i+1] != c+2: // the brackets of ASCII: } is { and 2
			out = append(out, c)
			depth++
			line()
			continue
		case c == '{' || c == '[':
			out = append(out, c, c+2)
			i++
			continue
		case c == '}' || c == ']':
			depth--
			line()
		case c == ',':
			out = append(out, c)
			line()
			continue
		case c == ':':
			out = append(out, c)
			c = ' '
		}
		out = append(out, c)
	}
	return out
}

func fileOf(it *Item) itemFile {
	res := &it.Resource
	f := itemFile{
		Ref: refFile(res.Ref), Name: res.Name, In: res.In,
		Verdict: verdictFile{State: res.Verdict.State.String(), Signs: res.Verdict.Signs, Partial: res.Verdict.Partial},
		Takes:   it.Takes, Undo: it.Undo.String(), UndoWhy: it.UndoWhy,
		Detaches: it.Detaches, Holds: it.Holds, Demands: it.Demands,
	}
	if !res.Created.IsZero() {
		f.Created = new(res.Created.Time())
	}
	if !res.Updated.IsZero() {
		f.Updated = new(res.Updated.Time())
	}
	for _, s := range it.Settings {
		f.Settings = append(f.Settings, fieldFile(s))
	}
	for _, r := range res.Verdict.Reasons {
		f.Verdict.Reasons = append(f.Verdict.Reasons, reasonFile(r))
	}
	return f
}

// Digest is the SHA-256 of a plan's file.
func Digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// decodePlan reads the file of a plan. It takes only what [Plan.Encode] makes.
func decodePlan(file []byte) (Plan, error) {
	var f planFile
	if err := parsePlan(file, &f); err != nil {
		return Plan{}, err
	}
	if f.Format != planFormat {
		return Plan{}, fmt.Errorf("its format is %d, this janitor reads format %d", f.Format, planFormat)
	}
	p := Plan{Detach: f.Detach, Undoes: f.Undoes, Hides: f.Hides}
	seen := map[inventory.Ref]bool{}
	for i := range f.Items {
		it, err := f.Items[i].item()
		switch ref := it.Resource.Ref; {
		case err != nil:
			return Plan{}, fmt.Errorf("item %d: %w", i+1, err)
		case seen[ref]:
			return Plan{}, fmt.Errorf("item %d: %s %q is in it twice", i+1, ref.Kind, ref.ID)
		default:
			seen[ref] = true
		}
		p.Items = append(p.Items, it)
	}
	for _, l := range f.LeftOut {
		p.LeftOut = append(p.LeftOut, LeftOut{inventory.Ref(l.Ref), l.Label, l.Why, l.CanDetach, l.CanTake})
	}
	for i, c := range f.Consequences {
		grade, err := named(c.Grade, inventory.Danger)
		if err != nil {
			return Plan{}, fmt.Errorf("consequence %d: %w", i+1, err)
		}
		of := make([]inventory.Ref, len(c.Of))
		for n, ref := range c.Of {
			of[n] = inventory.Ref(ref)
		}
		p.Consequences = append(p.Consequences, inventory.Consequence{Of: of, Text: c.Text, Grade: grade, Name: c.Name, Key: c.Key, Much: c.Much})
	}
	p.Grade = worst(p.Consequences)
	return p, nil
}

// parsePlan reads JSON that has to be all of the value and nothing else.
func parsePlan(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("it is not a plan: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("it is not a plan: something follows it")
	}
	return nil
}

// undoesOf reads what [Plan.Undoes] is out of a plan's file, without its items, which come later.
func undoesOf(file io.Reader) (string, error) {
	dec := json.NewDecoder(file)
	if begins, err := dec.Token(); err != nil || begins != json.Delim('{') {
		return "", errors.New("it is not a plan")
	}
	for dec.More() {
		key, err := dec.Token()
		if err == nil && key == "items" {
			return "", nil
		}
		var value json.RawMessage
		if err == nil {
			err = dec.Decode(&value)
		}
		var run string
		if err == nil && key == "undoes" {
			err = json.Unmarshal(value, &run)
		}
		switch {
		case err != nil:
			return "", fmt.Errorf("it is not a plan: %w", err)
		case run != "":
			return run, nil
		}
	}
	return "", errors.New("it is not a plan: it has no items")
}

func (f *itemFile) item() (Item, error) {
	state, err := named(f.Verdict.State, inventory.Protected)
	if err != nil {
		return Item{}, err
	}
	undo, err := named(f.Undo, inventory.Impossible)
	if err != nil {
		return Item{}, err
	}
	res := inventory.Resource{
		Ref: inventory.Ref(f.Ref), Name: f.Name, In: f.In,
		Verdict: inventory.Verdict{State: state, Signs: f.Verdict.Signs, Partial: f.Verdict.Partial},
	}
	if f.Ref.ID == "" || f.Ref.Kind == "" {
		return Item{}, fmt.Errorf("it has no id or no kind")
	}
	if f.Created != nil {
		res.Created = client.At(*f.Created)
	}
	if f.Updated != nil {
		res.Updated = client.At(*f.Updated)
	}
	for _, r := range f.Verdict.Reasons {
		res.Verdict.Reasons = append(res.Verdict.Reasons, inventory.Reason(r))
	}
	var settings []inventory.Field
	for _, s := range f.Settings {
		settings = append(settings, inventory.Field(s))
	}
	return Item{
		Resource: res, Settings: settings, Takes: f.Takes, Undo: undo, UndoWhy: f.UndoWhy,
		Detaches: f.Detaches, Holds: f.Holds, Demands: f.Demands,
	}, nil
}

// named finds the value that a word stands for, of the values up to last.
func named[T interface {
	~uint8
	fmt.Stringer
}](word string, last T) (T, error) {
	for v := T(0); v <= last; v++ {
		if v.String() == word {
			return v, nil
		}
	}
	return 0, fmt.Errorf("unknown word %q", word)
}
