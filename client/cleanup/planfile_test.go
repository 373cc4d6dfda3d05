package cleanup

import (
	"bytes"
	"encoding/json"
	"testing"
)

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
