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

// Lists that are kept as one text hold what the service has written, cleaned, whichever way it was read, and are equal exactly
// when that is.
func FuzzListsInOneText(f *testing.F) {
	const a, b = "0123abcd-4567-89ef-0000-ffffffffffff", "89abcdef-0000-4000-8000-000000000001"
	for _, s := range []string{"", a, a + ";" + b, a + ";", b + ";10.0.0.1", "10.0.0.1; ;größe;\t\n", "\x00;-;\xff;" + strings.Repeat("x", 300)} {
		f.Add(s, a)
	}
	f.Fuzz(func(t *testing.T, one, other string) {
		first, second := strings.Split(one, ";"), strings.Split(other, ";")
		oneIDs, ids := idsOfTexts(t, first)
		otherIDs, otherWritten := idsOfTexts(t, second)
		if oneIDs.Equal(otherIDs) != slices.Equal(ids, otherWritten) {
			t.Errorf("%q and %q are equal: %v", ids, otherWritten, oneIDs.Equal(otherIDs))
		}
		oneEntries, entries := entriesOfTexts(t, first)
		otherEntries, others := entriesOfTexts(t, second)
		if oneEntries.Equal(otherEntries) != slices.Equal(entries, others) {
			t.Errorf("%q and %q are equal: %v", entries, others, oneEntries.Equal(otherEntries))
		}
	})
}

func idsOfTexts(t *testing.T, texts []string) (ids IDs, want []string) {
	t.Helper()
	refs := make([]idRef, len(texts))
	for i, s := range texts {
		s = strings.ToValidUTF8(s, "?")
		refs[i].ID, want = s, append(want, Clean(s))
	}
	ids = readBothWays[IDs](t, refs)
	if !slices.Equal(ids.List(), want) || ids.Len() != len(want) || !ids.Said() || ids.First() != want[0] {
		t.Errorf("%q are kept as %q, %d of them", want, ids.List(), ids.Len())
	}
	return ids, want
}

// entriesOfTexts makes two texts an entry.
func entriesOfTexts(t *testing.T, texts []string) (entries IPEntries, want []IPEntry) {
	t.Helper()
	var written []IPEntry
	for pair := range slices.Chunk(texts, 2) {
		e := IPEntry{IP: strings.ToValidUTF8(pair[0], "?"), Description: strings.ToValidUTF8(pair[len(pair)-1], "?")}
		written, want = append(written, e), append(want, IPEntry{Clean(e.IP), Clean(e.Description)})
	}
	entries = readBothWays[IPEntries](t, written)
	if !slices.Equal(entries.List(), want) || entries.Len() != len(want) || !entries.Said() {
		t.Errorf("%q are kept as %q, %d of them", want, entries.List(), entries.Len())
	}
	return entries, want
}

// readBothWays reads a list thoroughly, quickly, and once more as it is written then.
func readBothWays[T comparable, P interface {
	*T
	decode.Own
}](t *testing.T, list any) T {
	t.Helper()
	data, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	var thorough, quick, again T
	if err := json.Unmarshal(data, &thorough); err != nil {
		t.Errorf("%s: %v", data, err)
	}
	var d decode.Decoder
	if !d.Answer(data, func() bool { return P(&quick).DecodeFrom(&d) }) {
		t.Errorf("%s is not taken", data)
	}
	written, err := json.Marshal(thorough)
	if err != nil || json.Unmarshal(written, &again) != nil || quick != thorough || again != thorough {
		t.Errorf("%s is read as %v and %v, and as %v when it was written as %s (%v)", data, thorough, quick, again, written, err)
	}
	return thorough
}
