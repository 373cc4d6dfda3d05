package cleanup

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestWhichRunAPlanUndoes(t *testing.T) {
	of := func(p Plan) string {
		file, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return string(file)
	}
	for name, test := range map[string]struct{ file, run, err string }{
		"an undo":          {of(Plan{Undoes: "20260801T120000Z-0001"}), "20260801T120000Z-0001", ""},
		"a deletion":       {of(Plan{Detach: true}), "", ""},
		"spelled densely":  {`{"format":1,"undoes":"x","items":[]}`, "x", ""},
		"only its head":    {`{"format":1,"undoes":"x","items":[{`, "x", ""},
		"said of an item":  {`{"format":1,"items":[],"undoes":"x"}`, "", ""}, // no janitor writes that
		"an older version": {`{"items":[]}`, "", ""},
		"torn":             {`{"format":1,"und`, "", "it is not a plan"},
		"empty":            {"", "", "it is not a plan"},
		"another file":     {"[1]", "", "it is not a plan"},
		"without items":    {"{}", "", "it has no items"},
		"no name":          {`{"undoes":7,"items":[]}`, "", "it is not a plan"},
	} {
		run, err := undoesOf(strings.NewReader(test.file))
		if run != test.run || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %q, %v", name, run, err)
		}
	}
}

func FuzzIndented(f *testing.F) {
	f.Add(`{"a":[],"b":{},"c":[1,-2.5e3,"x,\"y\": {\\"],"d":{"e":null,"f":[[true]]}}`)
	f.Add(`"\\\""`)
	f.Fuzz(func(t *testing.T, text string) {
		var compact, want bytes.Buffer
		if json.Compact(&compact, []byte(text)) != nil || json.Indent(&want, compact.Bytes(), "", " ") != nil {
			return
		}
		if got := indented(compact.Bytes()); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s\nwant\n%s", got, want.Bytes())
		}
	})
}
