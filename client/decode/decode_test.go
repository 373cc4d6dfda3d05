package decode

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// thing has a field of everything that answers hold.
type thing struct {
	ID    string   `json:"id"`
	Port  int      `json:"port"`
	Up    bool     `json:"up"`
	Maybe *int     `json:"maybe"`
	Words []string `json:"words"`
	Parts []part   `json:"parts"`
	One   *part    `json:"one"`
	Refs  refs     `json:"refs"`
	Shout shout    `json:"shout"`
	base
}

type base struct {
	ID   string `json:"id"` // the outer one counts
	Made string `json:"made"`
}

type part struct {
	Name   string `json:"name"`
	Weight *int   `json:"weight"`
}

// refs are ids with notes, one a line.
type refs string

func (r *refs) DecodeFrom(d *Decoder) bool {
	lines, ok := d.Lines(func(s string) string { return s }, "id", "note")
	*r = refs(d.Keep(lines))
	return ok
}

func (r *refs) UnmarshalJSON(data []byte) error {
	var all []struct {
		ID   string `json:"id"`
		Note string `json:"note"`
	}
	err := json.Unmarshal(data, &all)
	*r = ""
	for _, one := range all {
		*r += refs(one.ID + "\t" + one.Note + "\n")
	}
	return err
}

// shout has a method of its own.
type shout string

func (s *shout) UnmarshalJSON(data []byte) error {
	*s = shout(strings.ToUpper(string(data)))
	return nil
}

// things decodes a list.
func things(d *Decoder, data string) (list []thing, ok bool) {
	ok = d.Answer([]byte(data), func() bool { return d.Value(&list) })
	return list, ok
}

// documented are answers that must be taken, for they are what services write.
var documented = []string{
	`[]`, `null`, ` [ { } , { } ] ` + "\n",
	`[{"id":"a","port":8080,"up":true,"maybe":0,"words":["x",""],"parts":[{"name":"n","weight":5},{}],"one":{"name":"o"},"made":"2026"}]`,
	`[{"id":null,"port":-1,"up":false,"maybe":null,"words":null,"parts":[],"one":null,"refs":null}]`,
	`[{"refs":[{"id":"a"},{"other":[1,-2.5e3,{"x":[null,true,false]}],"id":"b"},{"id":null},{},{"note":"größe\u0009","id":"\u0061"}],"shout":{"a":1}}]`,
	`[{"id":"\u0061\n\ud83d\ude00\ud800","made":"größe","words":["\"\\\/\b\f\n\r\t"]}]`,
	`[{"unknown":{"id":[{"id":1e-9}]},"port":9223372036854775807}]`,
}

// agree: whatever is taken is what encoding/json makes of it.
func agree(t *testing.T, d *Decoder, data string) (taken bool) {
	t.Helper()
	got, ok := things(d, data)
	if !ok {
		return false
	}
	var want []thing
	if err := json.Unmarshal([]byte(data), &want); err != nil {
		t.Fatalf("%q is taken, but: %v", data, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q\n%s", data, cmp.Diff(want, got, cmp.AllowUnexported(thing{}, base{})))
	}
	return true
}

func TestDocumentedAnswersAreTakenAsEncodingJSONTakesThem(t *testing.T) {
	for _, data := range documented {
		if !agree(t, &Decoder{}, data) {
			t.Errorf("%s is refused", data)
		}
		for end := range len(strings.TrimSpace(data)) {
			if _, ok := things(&Decoder{}, data[:end]); ok && strings.TrimSpace(data[:end]) != strings.TrimSpace(data) {
				t.Errorf("%s, cut off, is taken", data[:end])
			}
		}
	}
}

func TestWhatIsWrongOrUnusualIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"nothing":               ``,
		"no list":               `{}`,
		"more after it":         `[] []`,
		"a comma too many":      `[{},]`,
		"a colon is missing":    `[{"id" "a"}]`,
		"half a word":           `[{"up":tru}]`,
		"another type":          `[{"id":5}]`,
		"a word for a number":   `[{"port":"5"}]`,
		"a fraction":            `[{"port":5.0}]`,
		"too large a number":    `[{"port":9223372036854775808}]`,
		"a zero before it":      `[{"port":05}]`,
		"a name in other case":  `[{"ID":"a"}]`,
		"a name with an escape": `[{"\u0069d":"a"}]`,
		"a name twice":          `[{"id":"a","id":"b"}]`,
		"an id twice":           `[{"refs":[{"id":"a","id":"b"}]}]`,
		"an id that is a list":  `[{"refs":[{"id":[]}]}]`,
		"an id in other case":   `[{"refs":[{"Id":"a"}]}]`,
		"an id given twice":     `[{"refs":[{"id":"a","note":"b","id":"a"}]}]`,
		"a bare id":             `[{"refs":["a"]}]`,
		"a control character":   "[{\"id\":\"a\nb\"}]",
		"half an escape":        `[{"id":"\u00g0"}]`,
		"depth without end":     `[{"unknown":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}]`,
	} {
		if got, ok := things(&Decoder{}, data); ok {
			t.Errorf("%s: %s becomes %+v", name, data, got)
		}
	}
}

func TestOnlyPlainShortTextIsHarmless(t *testing.T) {
	for data, want := range map[string]bool{
		`[{"id":"a ~"}]`: true,
		`[{"id":"` + strings.Repeat("x", 256) + `"}]`: true,
		`[{"id":"` + strings.Repeat("x", 257) + `"}]`: false,
		`[{"id":"ä"}]`:         false,
		`[{"id":"\u0061"}]`:    false,
		"[{\"id\":\"a\x7f\"}]": false,
		"[{\"id\":\"a\xff\"}]": false,
		`[{"unknown":"ä\n"}]`:  true, // it is not kept
		`[{"shout":1}]`:        false,
		`[{"refs":[{"id":"a"}],"port":1,"up":true,"words":["x"]}]`: true,
	} {
		var d Decoder
		if _, ok := things(&d, data); !ok || d.Harmless() != want {
			t.Errorf("%s: taken %v, harmless %v", data, ok, d.Harmless())
		}
	}
}

// Pages of one list share room and texts, and must not show through in one another.
func TestPagesDoNotShowThrough(t *testing.T) {
	var d Decoder
	var pages []string
	for n := range 40 {
		var one []string
		for i := range (n * 7) % 23 {
			one = append(one, fmt.Sprintf(`{"id":"%d-%d","parts":[{"name":"p%d"}],"refs":[{"id":"r%d"}]}`, n, i, i%3, i))
			if i%2 == 0 {
				one = append(one, `{}`)
			}
		}
		page := "[" + strings.Join(one, ",") + "]"
		if n%5 == 4 { // and one that is refused in the middle
			page = strings.TrimSuffix(page, "]") + `x`
		}
		pages = append(pages, page)
	}
	var all [][]thing
	for i, page := range pages {
		got, ok := things(&d, page)
		if ok == (i%5 == 4) {
			t.Fatalf("%s: taken %v", page, ok)
		}
		all = append(all, got)
	}
	for i, page := range pages {
		var want []thing
		if i%5 == 4 {
			continue
		}
		if err := json.Unmarshal([]byte(page), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(all[i], want) {
			t.Errorf("page %d became %+v, want %+v", i, all[i], want)
		}
	}
}

// Small lists lie side by side, and yet who changes one, or appends to it, changes no other.
func TestListsSideBySideAreApart(t *testing.T) {
	var one []string
	for i := range 40 {
		one = append(one, fmt.Sprintf(`{"maybe":%d,"words":["a","%d"],"parts":[{"name":"n","weight":%d}],"one":{"name":"%d"}}`, i, i, i, i))
	}
	page := "[" + strings.Join(one, ",") + "]"
	var d Decoder
	before, _ := things(&d, page)
	for i := range before {
		if got := &before[i]; i%2 == 0 {
			*got.Maybe, got.Words[0], got.One.Name, *got.Parts[0].Weight = -1, "other", "other", -1
			_, _ = append(got.Words, "more"), append(got.Parts, part{Name: "more"})
		}
	}
	after, _ := things(&d, page)
	var want []thing
	if err := json.Unmarshal([]byte(page), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(after, want) {
		t.Errorf("after it was changed a page is read as %+v", after)
	}
	for i := range want {
		if i%2 == 1 && !reflect.DeepEqual(before[i], want[i]) {
			t.Errorf("beside what was changed %d became %+v", i, before[i])
		}
	}
}

// Objects that are asked for one by one stay as long as those of a list, and must not each take the room of a page.
func TestAShortAnswerTakesLittleRoom(t *testing.T) {
	var d Decoder
	if _, ok := things(&d, `[{"maybe":0,"words":["x",""],"parts":[{"name":"n","weight":5},{}],"one":{"name":"o"}}]`); !ok {
		t.Fatal("it is refused")
	}
	for of, s := range d.shelves {
		if n := s.values.Len(); n > 4 {
			t.Errorf("room for %d values of type %s", n, of)
		}
	}
}

func TestAnAnswerIsLetGo(t *testing.T) {
	var d Decoder
	secret := []byte(`[{"id":"a","private_key":"hunter2"}]`)
	var list []thing
	if !d.Answer(secret, func() bool { return d.Value(&list) }) || d.data != nil {
		t.Errorf("the decoder still has %q", d.data)
	}
	clear(secret)
	if list[0].ID != "a" {
		t.Errorf("%q went with the answer", list[0].ID)
	}
}

func TestTextsOutliveTheBytesTheyCameFrom(t *testing.T) {
	var texts texts
	texts.prepare(40)
	var kept []string
	want := []string{"", "a", "abc", strings.Repeat("x", 39), strings.Repeat("y", 100), "abc", "z"}
	for _, s := range want {
		b := []byte(s)
		kept = append(kept, texts.keep(b))
		clear(b)
	}
	if !reflect.DeepEqual(kept, want) {
		t.Errorf("%q", kept)
	}
}

func TestATextThatComesAgainTakesNoMemory(t *testing.T) {
	var texts texts
	texts.prepare(1)
	id := []byte("0123abcd-4567-89ef-0000-ffffffffffff")
	texts.keep(id)
	if n := testing.AllocsPerRun(100, func() { texts.keep(id) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLenientTakesWhatHasAPlainMeaning(t *testing.T) {
	for data, want := range map[string]*thing{
		`{"port":"443","maybe":"1.0","up":"TRUE"}`:                    {Port: 443, Maybe: new(1), Up: true},
		`{"id":5,"port":443.0,"up":1}`:                                {ID: "5", Port: 443, Up: true},
		`{"words":"","parts":{},"one":[]}`:                            {},
		`{"parts":[{"name":null,"weight":""}],"port":"x","port":"1"}`: {Parts: []part{{}}, Port: 1},
		`{"port":"http"}`:                                             nil,
		`{"port":80.5}`:                                               nil,
		`{"port":"1e400"}`:                                            nil,
		`{"words":"a,b"}`:                                             nil,
		`{"parts":["a"]}`:                                             nil, // not an object of an id alone
		`{"port":"1"`:                                                 nil,
	} {
		var got thing
		err := Lenient([]byte(data), &got)
		if want == nil {
			if err == nil {
				t.Errorf("%s becomes %+v", data, got)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, *want) {
			t.Errorf("%s becomes %+v, %v; want %+v", data, got, err, *want)
		}
	}
	var refs []struct {
		ID string `json:"id"`
	}
	if err := Lenient([]byte(`["a",{"id":"b"}]`), &refs); err != nil || len(refs) != 2 || refs[0].ID != "a" || refs[1].ID != "b" {
		t.Errorf("bare ids become %v, %v", refs, err)
	}
}

func FuzzDecoder(f *testing.F) {
	for _, data := range documented {
		f.Add(data)
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, data string) {
		if agree(t, &Decoder{}, data) != agree(t, &d, data) {
			t.Fatalf("%q: what came before it counts", data)
		}
	})
}

func FuzzLenient(f *testing.F) {
	for _, data := range documented {
		f.Add(data)
	}
	f.Add(`[{"port":"443","up":"true","one":"","refs":["a"],"words":{}}]`)
	f.Fuzz(func(t *testing.T, data string) {
		var strict, lenient []thing
		if json.Unmarshal([]byte(data), &strict) != nil {
			_ = Lenient([]byte(data), &lenient)
			return
		}
		if err := Lenient([]byte(data), &lenient); err != nil || !reflect.DeepEqual(strict, lenient) {
			t.Fatalf("%q: %+v, %v; encoding/json has %+v", data, lenient, err, strict)
		}
	})
}
