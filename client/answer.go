package client

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"janitor/client/decode"
)

// answer is a JSON object of which one key holds what was asked for: {"pools": […], …}, {"pool": {…}, …}. Without a key
// the whole object is it.
type answer[T any] struct {
	key   string
	Given bool // false: the key is missing, so the answer says nothing
	Null  bool // the key is there and holds null
	Value T

	PageInfo *pageInfo // v3
	Links    []link    // v2.0
	Linked   bool      // Links were there, perhaps empty
	Total    *int      // gateways

	decoder  *decode.Decoder // nil = one of its own
	harmless bool
}

// pageInfo is how ELB v3 says where the next page begins; the last page has no next_marker.
type pageInfo struct {
	Next  string `json:"next_marker" clean:"whole"`
	Count *int   `json:"current_count"` // on this page
}

// link is how v2.0 does it. Only the marker is taken from its address, which is never called.
type link struct {
	Rel  string `json:"rel"`
	Href string `json:"href" clean:"whole"`
}

// UnmarshalJSON takes the answer apart by keys that are only known when it is asked for.
func (a *answer[T]) UnmarshalJSON(data []byte) error {
	if a.quickly(data) {
		return nil
	}
	return a.thoroughly(data)
}

// thoroughly decodes any answer that makes sense.
func (a *answer[T]) thoroughly(data []byte) error {
	*a = answer[T]{key: a.key, decoder: a.decoder}
	if a.key == "" {
		a.Given = true
		return decode.Lenient(data, &a.Value)
	}
	var parts map[string]decode.Part
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	value, given := parts[a.key]
	a.Given, a.Null = given, string(value) == "null"
	_, a.Linked = parts[a.key+"_links"]
	for _, field := range a.fields() {
		if part, ok := parts[field.key]; ok {
			if err := decode.Lenient(part, field.into); err != nil {
				return err
			}
		}
	}
	return nil
}

type answerField struct {
	key  string
	into any
}

func (a *answer[T]) fields() [4]answerField {
	return [...]answerField{{a.key, &a.Value}, {"page_info", &a.PageInfo}, {a.key + "_links", &a.Links}, {"total", &a.Total}}
}

// quickly decodes an answer that is as documented; otherwise it says false and leaves anything.
func (a *answer[T]) quickly(data []byte) bool {
	d := a.decoder
	if d == nil {
		d = &decode.Decoder{}
	}
	*a = answer[T]{key: a.key, decoder: a.decoder}
	whole := d.Answer(data, func() bool { return a.read(d) })
	a.harmless = whole && d.Harmless()
	return whole
}

func (a *answer[T]) read(d *decode.Decoder) bool {
	if a.key == "" {
		a.Given = true
		return d.Value(&a.Value)
	}
	fields := a.fields()
	var given [len(fields)]bool
	ok := d.Object(func(name []byte) bool {
		i := slices.IndexFunc(fields[:], func(f answerField) bool { return f.key == string(name) })
		if i < 0 {
			_, ok := d.Raw()
			return ok
		}
		again := given[i]
		given[i] = true
		if i == 0 {
			a.Null = d.Null()
		}
		return !again && d.Value(fields[i].into)
	})
	a.Given, a.Linked = given[0], given[2]
	return ok
}

// Harmless says that no text in the answer needs cleaning; see [wire.Decode].
func (a *answer[T]) Harmless() bool { return a.harmless }

// next is the marker of the page after this one, "" after the last. silent: the answer has no word about paging.
func (a *answer[T]) next() (marker string, silent bool) {
	switch {
	case a.PageInfo != nil:
		return a.PageInfo.Next, false
	case a.Linked:
		next := slices.IndexFunc(a.Links, func(l link) bool { return l.Rel == "next" })
		if next < 0 {
			return "", false
		}
		u, err := url.Parse(a.Links[next].Href)
		if err != nil {
			return "", true
		}
		marker := u.Query().Get("marker")
		return marker, marker == ""
	default:
		return "", true
	}
}

// none: a list that is null is empty, for that is how services written in Go say so, unless the answer counts some or promises
// more. One that is unset in another way is only empty where the answer counts none of what was asked for. Otherwise, and
// where it is missing, it says nothing: what is listed may use anything.
func (a *answer[T]) none() bool {
	count := a.Total
	if count == nil && a.PageInfo != nil {
		count = a.PageInfo.Count
	}
	switch {
	case !a.Given:
		return false
	case count != nil:
		return *count == 0
	}
	more := slices.ContainsFunc(a.Links, func(l link) bool { return l.Rel == "next" }) || a.PageInfo != nil && a.PageInfo.Next != ""
	return a.Null && !more
}

// object is what lists and shows consist of.
type object interface{ key() string }

func (p Pool) key() string          { return p.ID }
func (m Member) key() string        { return m.ID }
func (h HealthMonitor) key() string { return h.ID }
func (l Listener) key() string      { return l.ID }
func (p L7Policy) key() string      { return p.ID }
func (b LoadBalancer) key() string  { return b.ID }
func (c Certificate) key() string   { return c.ID }
func (g IPGroup) key() string       { return g.ID }
func (c Channel) key() string       { return c.ID }
func (m ChannelMember) key() string { return m.ID }
func (i instance) key() string      { return i.ID }

// show fetches the object that r names. An answer about nothing, or about another object, is an error.
func show[T object](ctx context.Context, r request, key, id string) (*T, error) {
	a := answer[T]{key: key}
	if err := r.get(ctx, nil, &a); err != nil {
		return nil, err
	}
	if !a.Given || a.Value.key() != Clean(id) {
		return nil, r.bad("", "the answer is not about it")
	}
	return &a.Value, nil
}
