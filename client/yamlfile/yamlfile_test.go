package yamlfile

import (
	"maps"
	"testing"
)

// What stands for a text arrives as it stands in the file, or not at all.
func TestScalarsThatStandForText(t *testing.T) {
	for value, plain := range map[string]bool{
		"90": true, "-5": true, "1.5": true, "true": true, "yes": true, "2026-01-31": true,
		"0123": false, "0x10": false, "1_000": false, "1.50": false, "+5": false, "True": false, ".inf": false,
	} {
		var got map[string]string
		file := File{Path: "x.yaml", What: "the file", Plain: true}
		err := file.Decode([]byte("a: b\nkey: "+value), &got)
		if plain && (err != nil || !maps.Equal(got, map[string]string{"a": "b", "key": value})) {
			t.Errorf("%s: %v, %v", value, got, err)
		}
		if !plain && (err == nil || err.Error() != "x.yaml:2: key must be text: put it in quotes") {
			t.Errorf("%s: %v, %v", value, got, err)
		}
		if file.Lines["key"] != 2 {
			t.Errorf("%s is on line %d", value, file.Lines["key"])
		}
	}
}
