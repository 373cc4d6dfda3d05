package cleanup

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func someDocument(t *testing.T) Document {
	t.Helper()
	w := newWorld(t)
	w.with("t1").with("t2")
	at := Where{Profile: "p", Region: "r", Project: "x"}
	made := time.Date(2026, 11, 25, 3, 0, 0, 999, time.UTC)
	return NewDocument(at, Principal{Way: "access key", AccessKey: "ABCD…YZ"}, "1.2", made, time.Hour, Stage{Chosen: "things where unused", Listed: 4, Plan: w.plan(things)})
}

func TestADocumentIsReadAsItWasWritten(t *testing.T) {
	doc := someDocument(t)
	for i := range doc.Steps[0].Plan.Items { // as the plan of a profile "p"
		doc.Steps[0].Plan.Items[i].Resource.Ref.Scope = "p/r/x"
	}
	file, digest, err := doc.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, again, err := DecodeDocument(bytes.NewReader(file))
	if err != nil || again != digest {
		t.Fatalf("digest %s, %v", again, err)
	}
	twice, _, err := back.Encode()
	if err != nil || !bytes.Equal(twice, file) {
		t.Errorf("written again it is another file: %s", cmp.Diff(string(file), string(twice)))
	}
	if back.By.As != doc.By.As || back.By.As.String() != "access key ABCD…YZ" || back.Items() != 2 || back.Expires.Sub(back.Made) != time.Hour || back.Steps[0].Listed != 4 {
		t.Errorf("got %+v", back)
	}

	for name, test := range map[string]struct{ old, new, want string }{
		"another item":     {`"id": "t1"`, `"id": "t3"`, "changed after it was made"},
		"longer life":      {`"expires": "2026-11-25T04:`, `"expires": "2027-11-25T04:`, "changed after it was made"},
		"another project":  {`"project": "x"`, `"project": "y"`, "changed after it was made"},
		"another digest":   {digest, strings.Repeat("0", 64), "changed after it was made"},
		"blanks":           {`"listed": 4`, `"listed": 5`, "changed after it was made"},
		"an unknown key":   {`"listed": 4`, `"listed": 4, "force": true`, `unknown field "force"`},
		"another version":  {`"janitor_plan": 1`, `"janitor_plan": 2`, "this janitor reads format 1"},
		"no plan":          {`"janitor_plan": 1,`, ``, "janitor plan writes one"},
		"something behind": {"\n}\n", "\n}\n{}", "invalid character '{' after top-level value"},
		"not JSON":         {"{", "x{", "invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := DecodeDocument(strings.NewReader(strings.Replace(string(file), test.old, test.new, 1)))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestADocumentIsAboutOneProject(t *testing.T) {
	doc := someDocument(t)
	doc.Steps[0].Plan.Items[1].Resource.Ref.Scope = "p/r/other"
	doc.Steps[0].Plan.Items[0].Resource.Ref.Scope = "p/r/x"
	file, _, err := doc.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = DecodeDocument(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), "is elsewhere") {
		t.Errorf("got %v", err)
	}
}

func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"janitor_plan":1,"steps":[{"plan":{}}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		doc, digest, err := DecodeDocument(bytes.NewReader(file))
		if err != nil {
			return
		}
		if _, again, err := doc.Encode(); err != nil || again != digest {
			t.Errorf("digest %s then %s, %v", digest, again, err)
		}
	})
}
