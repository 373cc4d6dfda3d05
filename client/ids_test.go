package client

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"janitor/client/decode"
)

// However ids are written, and however they are read, they are the same ids in the same order.
func TestIDsAreKeptAsTheyAreWritten(t *testing.T) {
	const a, b = "0123abcd-4567-89ef-0000-ffffffffffff", "89abcdef-0000-4000-8000-000000000001"
	for _, want := range [][]string{
		{},
		{a},
		{b, a, b},
		{"c3a9c3a9-e282-ace2-82ac-f09f9880f09f"}, // bytes that are text of their own
		{a, "pool-1"},
		{"pool-1", a},
		{a, ""},
		{""},
		{"-"},
		{strings.ToUpper(a)},
		{strings.ReplaceAll(a, "-", "")},
		{"0123abcd4567-89ef-0000-ffffffffffff-"},
		{"g123abcd-4567-89ef-0000-ffffffffffff"},
		{a + "0"},
		{"ä"},
	} {
		refs := make([]idRef, len(want))
		for i, id := range want {
			refs[i].ID = id
		}
		data, err := json.Marshal(refs)
		if err != nil {
			t.Fatal(err)
		}
		var thorough, quick, again IDs
		if err := json.Unmarshal(data, &thorough); err != nil {
			t.Errorf("%s: %v", data, err)
		}
		var d decode.Decoder
		if !d.Answer(data, func() bool { return quick.DecodeFrom(&d) }) {
			t.Errorf("%s is not taken", data)
		}
		ids := NewIDs(want...)
		written, err := json.Marshal(ids)
		if err != nil || json.Unmarshal(written, &again) != nil {
			t.Errorf("%s is written as %s (%v)", data, written, err)
		}
		if got := ids.List(); !slices.Equal(got, want) || ids.Len() != len(want) || !ids.Said() {
			t.Errorf("%q are %q, %d of them", want, got, ids.Len())
		}
		if !thorough.Equal(ids) || !quick.Equal(ids) || !again.Equal(ids) {
			t.Errorf("%q are read as %q, %q and %q", want, thorough.List(), quick.List(), again.List())
		}
	}
	if unsaid := (IDs{}); unsaid.Said() || unsaid.Len() != 0 || unsaid.First() != "" || unsaid.Equal(NewIDs()) {
		t.Error("what is not said is none")
	}
}
