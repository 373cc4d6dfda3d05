package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"janitor/client"
	"janitor/client/cleanup"
)

// Formats are what [Report.Write] can write: Markdown, one page of HTML that needs nothing else (no script, no picture, no
// network), JSON and CSV.
func Formats() []string { return []string{"md", "html", "json", "csv"} }

// jsonFormat is the version of the JSON.
const jsonFormat = 1

// Report is a run, or a plan, for people and programs outside. All text in it is clean.
type Report struct {
	Format   int        `json:"format"`
	Run      string     `json:"run,omitempty"`    // "" of a run without a journal, as are who and where
	Undoes   string     `json:"undoes,omitempty"` // the run that it brings things back of
	State    string     `json:"state"`            // running, finished, unfinished, planned
	Summary  string     `json:"summary"`
	Stopped  string     `json:"stopped,omitempty"` // why, before its end
	Who      string     `json:"who,omitempty"`
	As       string     `json:"as,omitempty"` // whom the cloud took them for
	Profile  string     `json:"profile,omitempty"`
	Region   string     `json:"region,omitempty"`
	Project  string     `json:"project,omitempty"`
	Version  string     `json:"version,omitempty"` // of janitor
	Started  time.Time  `json:"started"`
	Ended    *time.Time `json:"ended,omitempty"`
	Verified *time.Time `json:"verified,omitempty"`
	Expires  *time.Time `json:"expires,omitempty"` // of a plan
	Ticket   string     `json:"ticket,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Digest   string     `json:"digest,omitempty"` // of the plan file: what was approved, or is to be
	Requests int        `json:"requests"`         // that change something

	Items        []item        `json:"items"`
	LeftOut      []leftOut     `json:"left_out"`
	Consequences []consequence `json:"consequences"`
}

type item struct {
	Outcome   string           `json:"outcome"`
	Proved    bool             `json:"proved"`
	Found     cleanup.Presence `json:"found,omitempty"`           // by the latest verify
	Back      string           `json:"brought_back_by,omitempty"` // of what it found there: the run that has
	verified  string           // Found in words
	Kind      string           `json:"kind"`
	Name      string           `json:"name"`
	In        string           `json:"in,omitempty"`
	Parent    string           `json:"parent,omitempty"`
	ID        string           `json:"id"`
	NewID     string           `json:"new_id,omitempty"`
	Code      string           `json:"code,omitempty"`
	Message   string           `json:"message,omitempty"`
	RequestID string           `json:"request_id,omitempty"`
	Seconds   float64          `json:"seconds,omitempty"` // from sending to outcome
	Requests  int              `json:"requests"`
	First     []string         `json:"first,omitempty"` // what has to go before it
	Takes     string           `json:"takes,omitempty"` // what disappears along with it
	Undo      string           `json:"undo"`
	UndoWhy   string           `json:"undo_why,omitempty"`
}

type leftOut struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	ID   string `json:"id"`
	Why  string `json:"why"`
}

type consequence struct {
	Grade string `json:"grade"`
	Text  string `json:"text"`
}

// planned is the state of what is reported beside those of [cleanup.Status]: a plan that nobody has executed.
const planned = "planned"

// OfRun is what a run was to do and what came of it.
func OfRun(s cleanup.Status) Report {
	out := of(s.Header, s.Plan)
	out.State, out.Summary, out.Stopped = s.State, client.CleanWhole(s.Summary.String()), client.CleanWhole(s.Summary.Stopped)
	out.Started, out.Ended, out.Verified = s.Started.UTC(), moment(s.Ended), moment(s.Verified)
	out.Requests = s.Requests
	for i := range s.Items {
		out.Items[i].became(&s.Items[i])
	}
	return out
}

// OfPlan is what the plans of a document would do, one after another.
func OfPlan(d cleanup.Document) Report {
	var out Report
	var told []string
	for _, s := range d.Steps {
		part := of(cleanup.Header{Who: d.By, Where: d.Where, Version: d.Version}, s.Plan)
		for i := range part.Items {
			part.Items[i].Outcome = planned
		}
		chosen := client.CleanWhole(strings.TrimPrefix(s.Name+", "+s.Chosen, ", "))
		told = append(told, fmt.Sprintf("%s: %d of %d", chosen, len(s.Plan.Items), s.Listed))
		part.Items = append(out.Items, part.Items...)
		part.LeftOut = append(out.LeftOut, part.LeftOut...)
		part.Consequences = append(out.Consequences, part.Consequences...)
		out = part
	}
	out.Format, out.State, out.Summary = jsonFormat, planned, strings.Join(told, "; ")
	out.Started, out.Expires = d.Made.UTC(), moment(d.Expires)
	_, out.Digest, _ = d.Encode() // a document that was read or made can be written
	return out
}

func of(h cleanup.Header, p cleanup.Plan) Report {
	clean := client.CleanWhole
	out := Report{
		Format: jsonFormat, Run: clean(h.Run), Undoes: clean(p.Undoes),
		Profile: clean(h.Where.Profile), Region: clean(h.Where.Region), Project: clean(h.Where.Project), Version: clean(h.Version),
		Ticket: clean(h.Why.Ticket), Reason: clean(h.Why.Reason), Digest: clean(h.Why.Approved),
		Items: make([]item, len(p.Items)), LeftOut: make([]leftOut, len(p.LeftOut)), Consequences: make([]consequence, len(p.Consequences)),
	}
	if h.Who != (cleanup.Who{}) {
		out.Who, out.As = clean(h.Who.String()), clean(h.Who.As.String())
	}
	for i := range p.Items {
		out.Items[i] = itemOf(&p.Items[i])
	}
	for i, l := range p.LeftOut {
		out.LeftOut[i] = leftOut{clean(string(l.Ref.Kind)), clean(l.Label), clean(l.Ref.ID), clean(l.Why)}
	}
	for i, c := range p.Consequences {
		out.Consequences[i] = consequence{c.Grade.String(), clean(c.Text)}
	}
	return out
}

func itemOf(it *cleanup.Item) item {
	clean := client.CleanWhole
	res := &it.Resource
	out := item{
		Kind: clean(string(res.Ref.Kind)), Name: clean(res.Name), In: clean(res.In), Parent: clean(res.Ref.Parent), ID: clean(res.Ref.ID),
		Takes: clean(it.Takes), Undo: it.Undo.String(), UndoWhy: clean(it.UndoWhy),
	}
	for _, step := range slices.Concat(it.Detaches, it.Holds) {
		out.First = append(out.First, clean(step.String()))
	}
	return out
}

// became adds what came of an item.
func (it *item) became(s *cleanup.ItemStatus) {
	clean := client.CleanWhole
	res := &s.Result
	it.Outcome, it.Proved, it.Requests = s.Word(), res.Proved, s.Requests
	it.Code, it.Message, it.RequestID, it.NewID = clean(res.Code), clean(res.Message), clean(res.RequestID), clean(res.NewID)
	it.Seconds = res.Took.Round(time.Millisecond).Seconds()
	it.Found, it.Back, it.verified = s.Found, s.Back, s.Found.Says(res.Outcome, s.Back)
}

// moment is a point in time that may be none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

// Write writes the report in one of [Formats]. Nothing in it acts on a terminal, a browser or a spreadsheet, whatever things are
// called.
func (r Report) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case "csv":
		return r.csv(w)
	case "md":
		return r.markdown(w)
	case "html":
		return r.html(w)
	}
	return fmt.Errorf("unknown format %q: there are %s", format, strings.Join(Formats(), ", "))
}
