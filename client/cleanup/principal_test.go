package cleanup

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"janitor/client/journal"
)

func TestPrincipalsInWords(t *testing.T) {
	for want, p := range map[string]Principal{
		"":                                       {},
		"access key ABCD…YZ":                     {Way: "access key", AccessKey: "ABCD…YZ"},
		"agency ABCD…YZ":                         {Way: "agency", AccessKey: "ABCD…YZ"},
		"token":                                  {Way: "token"},
		"token in account acme":                  {Way: "token", Account: "acme"},
		"password of user alice in account acme": {Way: "password", User: "alice", Account: "acme"},
	} {
		if got := p.String(); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
}

// The journal says whom the cloud took us for when a run was begun, and whom when it was taken up again by somebody else.
func TestTheJournalNamesThePrincipal(t *testing.T) {
	w := newWorld(t)
	p, at := placed(w, "a", "b")
	h := NewHistory(t.TempDir(), "test")
	alice, bob := Principal{Way: "password", User: "alice", Account: "acme"}, Principal{Way: "access key", AccessKey: "ABCD…YZ"}
	h.ActAs(alice)
	e := w.engine(1)
	e.journal = h.Journal(at)
	run := e.Start(t.Context(), p)
	finished(t, run)
	past := h.Read(run.ID())
	if past.Err != nil || past.Ledger.Header.Who.As != alice {
		t.Fatalf("%+v, %v", past.Ledger, past.Err)
	}
	h.ActAs(bob)
	j, err := h.Verify(past)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again := h.Read(run.ID())
	if again.Err != nil || again.Ledger.Header.Who.As != alice {
		t.Errorf("%+v, %v", again.Ledger, again.Err)
	}
	lines := 0
	f, err := os.Open(filepath.Join(h.Folder(run.ID()), journalName))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := journal.NewReader(f); ; {
		line, err := r.Next()
		if err != nil {
			break
		}
		var by resumed
		if line.Type == lineVerify && json.Unmarshal(line.Body, &by) == nil && by.Who.As == bob {
			lines++
		}
	}
	if lines != 1 {
		t.Errorf("%d lines name who has verified it", lines)
	}
}

// Files from before that was known are read as they were written.
func TestFilesThatNameNoPrincipal(t *testing.T) {
	doc := someDocument(t)
	for i := range doc.Steps[0].Plan.Items {
		doc.Steps[0].Plan.Items[i].Resource.Ref.Scope = "p/r/x"
	}
	doc.By.As = Principal{}
	file, digest, err := doc.Encode()
	if err != nil || bytes.Contains(file, []byte(`"as"`)) {
		t.Fatalf("%s, %v", file, err)
	}
	back, again, err := DecodeDocument(bytes.NewReader(file))
	if err != nil || again != digest || back.By.As.String() != "" {
		t.Errorf("%+v, %v", back.By, err)
	}
	header := json.RawMessage(`{"format":1,"run":"r","plan":"p","items":1,"who":{"user":"u","host":"h","pid":1},
		"where":{"profile":"p","region":"r","project":"x"},"version":"1","go":"go","started":"2026-01-01T00:00:00Z"}`)
	err = strict(header, func(h Header) error {
		if h.Who.As.String() != "" || h.Who.String() != "u@h" {
			t.Errorf("%+v", h.Who)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
