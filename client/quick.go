package client

import (
	"encoding/binary"
	"encoding/json"
	"hash/maphash"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// quick decodes in one pass what is as documented, for lists are long and [json.Unmarshal] goes over them several times.
// What it takes it decodes as json.Unmarshal does. It refuses whatever is wrong or merely unusual — another type, a name in
// other case or given twice, a number with a fraction —, which is for [decode] to look at. Methods that say false leave
// everything half done.
//
// The zero value is ready. One that decodes the pages of a list one after the other spares making much of its own anew, and
// keeps text that comes again once.
type quick struct {
	data  []byte
	at    int
	depth int
	odd   bool // something was decoded that has to be cleaned, or may have to

	texts  texts
	plans  map[reflect.Type]*plan
	drafts map[reflect.Type]*draft
	lines  []byte // of [IDs] that are being decoded
}

// deepest is how deep quick goes: far deeper than answers are.
const deepest = 32

// begin turns to another answer.
func (q *quick) begin(data []byte) {
	if q.plans == nil {
		q.texts = newTexts(len(data))
		q.plans, q.drafts = map[reflect.Type]*plan{}, map[reflect.Type]*draft{}
	}
	q.data, q.at, q.depth, q.odd = data, 0, 0, false
}

// end lets go of the answer, which may hold private keys. It says whether all of it was decoded.
func (q *quick) end(ok bool) bool {
	q.white()
	ok = ok && q.at == len(q.data)
	q.data = nil
	if !ok {
		clear(q.drafts)
	}
	return ok
}

// into decodes the next value into what v points at, which is a zero value.
func (q *quick) into(v any) bool {
	to := reflect.ValueOf(v).Elem()
	p, known := q.plans[to.Type()]
	if !known {
		p = planFor(to.Type())
		q.plans[to.Type()] = p
	}
	return p != nil && q.decode(p, to)
}

// decode decodes the next value into v, which is a zero value.
func (q *quick) decode(p *plan, v reflect.Value) bool {
	if q.white(); q.at == len(q.data) {
		return false
	}
	if q.data[q.at] == 'n' && p.sort != own {
		return q.word("null")
	}
	switch p.sort {
	case text:
		return q.text(v)
	case number:
		n, ok := q.number()
		v.SetInt(n)
		return ok
	case flag:
		if q.data[q.at] == 't' {
			v.SetBool(true)
			return q.word("true")
		}
		return q.word("false")
	case pointer:
		v.Set(reflect.New(p.t.Elem()))
		return q.decode(p.elem, v.Elem())
	case list:
		return q.list(p, v)
	case structure:
		return q.fields(p, v)
	case references:
		return q.ids(v)
	case moment:
		return q.moment(v.Addr().Interface().(*Time))
	default:
		return q.own(v)
	}
}

func (q *quick) text(v reflect.Value) bool {
	raw, plain, ok := q.quoted()
	if !ok {
		return false
	}
	q.odd = q.odd || !plain || len(raw) > shortest
	if plain {
		v.SetString(q.texts.keep(raw))
		return true
	}
	var s string
	if json.Unmarshal(q.data[q.at-len(raw)-2:q.at], &s) != nil {
		return false
	}
	v.SetString(s)
	return true
}

// shortest text that may be too long.
const shortest = 256

// list decodes elements into a draft. One that is nearly filled becomes the list itself, as with the pages of a long list,
// each as long as the one before; otherwise the list is a copy that fits.
func (q *quick) list(p *plan, v reflect.Value) bool {
	d := q.drafts[p.t]
	if d == nil {
		d = &draft{list: reflect.New(p.t).Elem()}
		q.drafts[p.t] = d
	}
	n := 0
	if !q.each('[', ']', func() bool {
		if n == d.list.Cap() {
			d.list.Grow(max(1, d.last-n))
		}
		n++
		d.list.SetLen(n)
		return q.decode(p.elem, d.list.Index(n-1))
	}) {
		return false
	}
	if n > 0 && 8*n >= 7*d.list.Cap() {
		v.Set(d.list)
		d.list.SetZero()
		d.last = n
		return true
	}
	made := reflect.MakeSlice(p.t, n, n)
	reflect.Copy(made, d.list)
	d.list.Clear()
	d.list.SetLen(0)
	v.Set(made)
	return true
}

// draft is a list that is being decoded.
type draft struct {
	list reflect.Value
	last int // how long the one was that was given away
}

func (q *quick) fields(p *plan, v reflect.Value) bool {
	var given uint64
	last := -1
	return q.each('{', '}', func() bool {
		i, ok := q.field(p, last)
		switch {
		case !ok:
			return false
		case i < 0:
			return q.skip()
		case given&(1<<i) != 0:
			return false
		}
		given |= 1 << i
		last = i
		f := &p.fields[i]
		if f.index >= 0 {
			return q.decode(f.plan, v.Field(f.index))
		}
		return q.decode(f.plan, v.FieldByIndex(f.path))
	})
}

// field reads the next name and finds which field it means, -1 for none. Objects of a list have their fields in the same
// order, most of the time.
func (q *quick) field(p *plan, last int) (int, bool) {
	name, ok := q.name()
	if !ok {
		return 0, false
	}
	if i := p.after[last+1]; p.fields[i].name == string(name) {
		return i, true
	}
	i, known := p.names[string(name)]
	switch {
	case known:
		p.after[last+1] = i
		return i, true
	case unusual(name) && p.alike(string(name)):
		return 0, false
	}
	return -1, true
}

// ids decodes [IDs] whose elements are objects.
func (q *quick) ids(v reflect.Value) bool {
	q.lines = q.lines[:0]
	if !q.each('[', ']', func() bool {
		given := false
		ok := q.each('{', '}', func() bool {
			name, ok := q.name()
			switch {
			case !ok:
				return false
			case string(name) != "id":
				return !strings.EqualFold(string(name), "id") && q.skip()
			case given:
				return false
			}
			given = true
			if q.white(); q.at == len(q.data) {
				return false
			}
			if q.data[q.at] == 'n' {
				return q.word("null")
			}
			raw, plain, ok := q.quoted()
			q.lines = append(q.lines, raw...)
			return ok && plain && len(raw) <= shortest
		})
		q.lines = append(q.lines, '\n')
		return ok
	}) {
		return false
	}
	v.Addr().Interface().(*IDs).lines = q.texts.keep(q.lines)
	return true
}

// moment decodes a time, most often one as ELB v3 writes it.
func (q *quick) moment(into *Time) bool {
	from := q.at
	if !q.skip() {
		return false
	}
	raw := q.data[from:q.at]
	if raw[0] == '"' && into.UnmarshalText(raw[1:len(raw)-1]) == nil {
		into.Time = into.UTC()
		return true
	}
	return into.UnmarshalJSON(raw) == nil
}

// own leaves a value to what else can decode it.
func (q *quick) own(v reflect.Value) bool {
	if into, is := reflect.TypeAssert[interface{ read(q *quick) bool }](v.Addr()); is {
		return into.read(q)
	}
	from := q.at
	if !q.skip() {
		return false
	}
	raw := q.data[from:q.at]
	switch into := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		q.odd = true
		return into.UnmarshalJSON(raw) == nil
	default:
		if string(raw) == "null" {
			return true
		}
		q.odd = true
		return json.Unmarshal(raw, into) == nil
	}
}

// skip goes past a value, of which nothing is kept.
func (q *quick) skip() bool {
	if q.white(); q.at == len(q.data) {
		return false
	}
	switch q.data[q.at] {
	case '"':
		_, _, ok := q.quoted()
		return ok
	case '{':
		return q.each('{', '}', func() bool {
			if q.white(); q.at == len(q.data) {
				return false
			}
			_, _, ok := q.quoted()
			return ok && q.take(':') && q.skip()
		})
	case '[':
		return q.each('[', ']', q.skip)
	case 't':
		return q.word("true")
	case 'f':
		return q.word("false")
	case 'n':
		return q.word("null")
	}
	return q.anyNumber()
}

// each goes through the elements of an object or a list.
func (q *quick) each(first, last byte, element func() bool) bool {
	if !q.take(first) || q.depth == deepest {
		return false
	}
	if q.take(last) {
		return true
	}
	q.depth++
	for {
		if !element() {
			return false
		}
		if !q.take(',') {
			q.depth--
			return q.take(last)
		}
	}
}

// name reads the name of a field and the colon after it. Names with escapes and the like are refused.
func (q *quick) name() ([]byte, bool) {
	if q.white(); q.at == len(q.data) || q.data[q.at] != '"' {
		return nil, false
	}
	name, plain, ok := q.quoted()
	return name, ok && plain && q.take(':')
}

func (q *quick) white() {
	for q.at < len(q.data) {
		switch q.data[q.at] {
		case ' ', '\t', '\n', '\r':
			q.at++
		default:
			return
		}
	}
}

// take goes past c, if that is what comes next.
func (q *quick) take(c byte) bool {
	if q.white(); q.at == len(q.data) || q.data[q.at] != c {
		return false
	}
	q.at++
	return true
}

func (q *quick) word(w string) bool {
	if len(q.data)-q.at < len(w) || string(q.data[q.at:q.at+len(w)]) != w {
		return false
	}
	q.at += len(w)
	return true
}

// quoted reads a string, without its quotes. plain: it is printable ASCII and holds no escapes.
func (q *quick) quoted() (raw []byte, plain, ok bool) {
	if q.data[q.at] != '"' {
		return nil, false, false
	}
	q.at++
	from := q.at
	for plain = true; ; q.at++ {
		q.printable()
		if q.at == len(q.data) {
			return nil, false, false
		}
		switch c := q.data[q.at]; {
		case c == '"':
			q.at++
			return q.data[from : q.at-1], plain, true
		case c == '\\':
			if plain = false; !q.escape() {
				return nil, false, false
			}
		case c < ' ':
			return nil, false, false
		default:
			plain = false
		}
	}
}

// printable goes past characters of ASCII that stand for themselves, most of the time eight at once: a byte of m has its
// highest bit set where one of x is below 0x20, a quote, a backslash, or above 0x7e. Of bytes after such a one that
// may be wrong.
func (q *quick) printable() {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; q.at+8 <= len(q.data); q.at += 8 {
		x := binary.LittleEndian.Uint64(q.data[q.at:])
		m := x | (x - ' '*ones) | ((x ^ '"'*ones) - ones) | ((x ^ '\\'*ones) - ones) | ((x ^ 0x7f*ones) - ones)
		if m &= high; m != 0 {
			q.at += bits.TrailingZeros64(m) / 8
			return
		}
	}
	for q.at < len(q.data) {
		if c := q.data[q.at]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return
		}
		q.at++
	}
}

// escape goes to the last byte of an escape.
func (q *quick) escape() bool {
	if q.at++; q.at == len(q.data) {
		return false
	}
	switch q.data[q.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if len(q.data)-q.at <= 4 {
			return false
		}
		for range 4 {
			q.at++
			switch c := q.data[q.at]; {
			case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
			default:
				return false
			}
		}
		return true
	}
	return false
}

// number reads a whole number.
func (q *quick) number() (int64, bool) {
	from := q.at
	if !q.anyNumber() {
		return 0, false
	}
	n, err := strconv.ParseInt(string(q.data[from:q.at]), 10, strconv.IntSize)
	return n, err == nil
}

// anyNumber goes past a number.
func (q *quick) anyNumber() bool {
	if q.at < len(q.data) && q.data[q.at] == '-' {
		q.at++
	}
	if whole := q.digits(); whole == 0 || whole > 1 && q.data[q.at-whole] == '0' {
		return false
	}
	if q.at < len(q.data) && q.data[q.at] == '.' {
		q.at++
		if q.digits() == 0 {
			return false
		}
	}
	if q.at < len(q.data) && q.data[q.at]|0x20 == 'e' {
		q.at++
		if q.at < len(q.data) && (q.data[q.at] == '+' || q.data[q.at] == '-') {
			q.at++
		}
		return q.digits() > 0
	}
	return true
}

func (q *quick) digits() int {
	from := q.at
	for q.at < len(q.data) && '0' <= q.data[q.at] && q.data[q.at] <= '9' {
		q.at++
	}
	return q.at - from
}

// texts keeps text many at a time: an answer holds hundreds of thousands that are short, and most of those that were there
// before come soon again.
type texts struct {
	chunk  int
	seed   maphash.Seed
	room   strings.Builder // what it holds is never written again, so parts of it can be given away
	recent [256]string     // by hash
}

func newTexts(answer int) texts {
	return texts{chunk: min(answer, 16<<10), seed: maphash.MakeSeed()}
}

func (t *texts) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	known := &t.recent[maphash.Bytes(t.seed, b)%uint64(len(t.recent))]
	if *known == string(b) {
		return *known
	}
	if t.room.Cap()-t.room.Len() < len(b) {
		t.room.Reset()
		t.room.Grow(max(t.chunk, len(b)))
	}
	from := t.room.Len()
	t.room.Write(b)
	*known = t.room.String()[from:]
	return *known
}

// plan is how quick decodes a type.
type plan struct {
	sort   sort
	t      reflect.Type
	elem   *plan // of a list or pointer
	fields []field
	names  map[string]int
	after  []int // by the number of a field, and one: which came after it last time
}

// sort of a value.
type sort uint8

const (
	own sort = iota // by its own method, or by encoding/json
	text
	number
	flag
	pointer
	list
	structure
	references
	moment
)

type field struct {
	name  string
	index int   // in the struct itself, -1 when it is that of an embedded one
	path  []int // see [reflect.Value.FieldByIndex]
	plan  *plan
}

// planFor makes the plan of a type; nil for one that is not quick's business.
func planFor(t reflect.Type) *plan { return planWithin(t, nil) }

func planWithin(t reflect.Type, around []reflect.Type) *plan {
	p := &plan{t: t}
	if slices.Contains(around, t) { // drafts cannot hold a list within itself
		return nil
	}
	around = append(slices.Clip(around), t)
	switch t {
	case reflect.TypeFor[IDs]():
		p.sort = references
		return p
	case reflect.TypeFor[Time]():
		p.sort = moment
		return p
	}
	if reflect.PointerTo(t).Implements(ownDecoding) || t.Implements(ownDecoding) {
		return p
	}
	switch t.Kind() {
	case reflect.String:
		p.sort = text
	case reflect.Int:
		p.sort = number
	case reflect.Bool:
		p.sort = flag
	case reflect.Map:
	case reflect.Pointer, reflect.Slice:
		if p.sort = pointer; t.Kind() == reflect.Slice {
			p.sort = list
		}
		if p.elem = planWithin(t.Elem(), around); p.elem == nil || t.Elem().Kind() == reflect.Uint8 {
			return nil
		}
	case reflect.Struct:
		p.sort = structure
		if !p.plan(around) {
			return nil
		}
	default:
		return nil
	}
	return p
}

// plan finds the fields of a struct, as encoding/json does: of several with one name the outermost counts.
func (p *plan) plan(around []reflect.Type) bool {
	p.names = map[string]int{}
	for _, f := range reflect.VisibleFields(p.t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && (name != "" || f.Type.Kind() != reflect.Struct) || strings.Contains(options, "string"):
			return false
		case f.Anonymous || !f.IsExported() || name == "-":
			continue
		case name == "" || unusual([]byte(name)):
			return false
		}
		made := field{name: name, index: -1, path: f.Index, plan: planWithin(f.Type, around)}
		if made.plan == nil {
			return false
		}
		if len(f.Index) == 1 {
			made.index = f.Index[0]
		}
		i, known := p.names[name]
		switch {
		case !known:
			p.names[name] = len(p.fields)
			p.fields = append(p.fields, made)
		case len(p.fields[i].path) == len(f.Index):
			return false
		case len(p.fields[i].path) > len(f.Index):
			p.fields[i] = made
		}
	}
	p.after = make([]int, len(p.fields)+1)
	return 0 < len(p.fields) && len(p.fields) <= 64
}

// unusual: fields are not called so, but a name in other case would be.
func unusual(name []byte) bool {
	for _, c := range name {
		if 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// alike: the name is that of a field but for its case.
func (p *plan) alike(name string) bool {
	for _, f := range p.fields {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}
