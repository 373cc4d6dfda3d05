package simcloud

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// object is anything with an id.
type object interface{ key() string }

// table holds the objects of one kind in the order of their ids, which is the order of the lists.
type table[T object] struct {
	all   []T
	index map[string]T    // nil in tables that were never sorted as a whole
	gone  map[string]bool // ids that were here once: still good as markers
}

func byID[T object](o T, id string) int { return strings.Compare(o.key(), id) }

func (t *table[T]) get(id string) (T, bool) {
	if t.index != nil {
		o, ok := t.index[id]
		return o, ok
	}
	if i, ok := slices.BinarySearchFunc(t.all, id, byID); ok {
		return t.all[i], true
	}
	var none T
	return none, false
}

func (t *table[T]) add(o T) {
	i, _ := slices.BinarySearchFunc(t.all, o.key(), byID)
	t.all = slices.Insert(t.all, i, o)
	if t.index != nil {
		t.index[o.key()] = o
	}
}

func (t *table[T]) remove(id string) {
	i, ok := slices.BinarySearchFunc(t.all, id, byID)
	if !ok {
		return
	}
	t.all = slices.Delete(t.all, i, i+1)
	delete(t.index, id)
	if t.gone == nil {
		t.gone = map[string]bool{}
	}
	t.gone[id] = true
}

// sort puts objects that were appended to all into their order. A big table gets an index: searching it by halves costs
// a miss of the cache at every step.
func (t *table[T]) sort() {
	slices.SortFunc(t.all, func(a, b T) int { return strings.Compare(a.key(), b.key()) })
	if len(t.all) < 1000 {
		return
	}
	t.index = make(map[string]T, len(t.all))
	for _, o := range t.all {
		t.index[o.key()] = o
	}
}

// MarshalJSON writes the objects as the services point at them: [{"id":…},…].
func (t table[T]) MarshalJSON() ([]byte, error) {
	ids := make([]ref, len(t.all))
	for i, o := range t.all {
		ids[i] = ref{o.key()}
	}
	return json.Marshal(ids)
}

// special filters are those that do not simply compare a field of the object.
type special[T object] map[string]func(T) []string

// page is what a list query asks for, with the objects that are its answer.
type page[T object] struct {
	items          []T
	limited        bool
	full           bool // as many as were asked for
	before, behind bool // whether there is more on that side
}

// listed selects a page: filters, marker, limit (0–2000, default 2000), page_reverse (api.md 2.2). Names of filters are
// those of the JSON fields, besides the special ones. A query with an unknown name is refused, so that no misspelt
// filter passes for one that matches everything.
func listed[T object](q *call, t *table[T], names string, also special[T], keep func(T) bool) (page[T], answer) {
	const maxLimit = 2000
	query := q.query
	for name := range query {
		_, isSpecial := also[name]
		if !isSpecial && !slices.Contains(strings.Fields(names+" limit marker page_reverse enterprise_project_id include_recycle_bin display_all_rules"), name) {
			return page[T]{}, q.invalid("%s is not a parameter of this list", name)
		}
	}
	p := page[T]{limited: query.Has("limit")}
	limit := maxLimit
	if text := query.Get("limit"); p.limited {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > maxLimit {
			return p, q.invalid("limit %q is not a number from 0 to %d", text, maxLimit)
		}
		if n > 0 {
			limit = n
		}
	} else if q.family == sharedELB {
		limit = max(1, len(t.all)) // v2.0 returns everything then
	}
	reverse := query.Get("page_reverse") == "true" || query.Get("page_reverse") == "True"
	if query.Has("marker") && !p.limited || reverse && !p.limited {
		return p, q.invalid("marker and page_reverse need limit")
	}
	start := 0
	if reverse {
		start = len(t.all)
	}
	if marker := query.Get("marker"); query.Has("marker") {
		i, ok := slices.BinarySearchFunc(t.all, marker, byID)
		if !ok && (q.options.Octavia || !t.gone[marker]) {
			return p, q.invalid("marker %q is not an id of this list", marker)
		}
		if start = i; ok && !reverse {
			start++
		}
	}
	wanted := func(o T) bool {
		return (keep == nil || keep(o)) && (len(query) == 0 || matches(o, query, names, also))
	}
	step, more := 1, false
	if reverse {
		step, start = -1, start-1
	}
	for i := start; i >= 0 && i < len(t.all); i += step {
		if !wanted(t.all[i]) {
			continue
		}
		if len(p.items) == limit {
			more = true
			break
		}
		p.items = append(p.items, t.all[i])
	}
	// On the side that the page came from there is more: the marker itself, or what stood beside it.
	p.before, p.behind = query.Has("marker"), more
	p.full = len(p.items) == limit
	if reverse {
		slices.Reverse(p.items)
		p.before, p.behind = p.behind, p.before
	}
	return p, answer{}
}

// listV3 is a v3 list; view turns an object into what is shown of it.
func listV3[T object](q *call, t *table[T], plural, names string, also special[T], view func(T) any) answer {
	p, refused := listed(q, t, names, also, nil)
	if refused.status != 0 {
		return refused
	}
	info := map[string]any{"current_count": len(p.items)}
	if len(p.items) > 0 {
		info["previous_marker"] = p.items[0].key()
		if p.behind {
			info["next_marker"] = p.items[len(p.items)-1].key()
		}
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"request_id": q.requestID, "page_info": info, plural: views(p.items, view),
	}}
}

// listShared is a v2.0 list, with links only when paging applies.
func listShared[T both](q *call, t *table[T], plural, names string, also special[T], view func(T) any) answer {
	filters := special[T]{"tenant_id": func(o T) []string { return tagged(reflect.ValueOf(o), "project_id") }}
	maps.Copy(filters, also)
	p, refused := listed(q, t, names, filters, T.inV2)
	if refused.status != 0 {
		return refused
	}
	body := map[string]any{plural: views(p.items, view)}
	if p.limited && len(p.items) > 0 {
		to := func(rel, marker string, reverse bool) map[string]string {
			query := url.Values{}
			for key, values := range q.query {
				if key != "marker" && key != "page_reverse" {
					query[key] = values
				}
			}
			query.Set("marker", marker)
			if reverse {
				query.Set("page_reverse", "True")
			}
			return map[string]string{"rel": rel, "href": "http://" + q.request.Host + q.path + "?" + query.Encode()}
		}
		links := []map[string]string{}
		if p.behind || p.full && q.options.Octavia {
			links = append(links, to("next", p.items[len(p.items)-1].key(), false))
		}
		if p.before {
			links = append(links, to("previous", p.items[0].key(), true))
		}
		body[plural+"_links"] = links
	}
	return answer{status: http.StatusOK, body: body}
}

func views[T object](items []T, view func(T) any) []any {
	all := make([]any, len(items))
	for i, o := range items {
		if all[i] = o; view != nil {
			all[i] = view(o)
		}
	}
	return all
}

// matches compares the filters of the query with o: the values of one key are alternatives, all keys must agree, and a
// value must be equal to the whole field (api.md 2.2).
func matches[T any](o T, query url.Values, names string, also map[string]func(T) []string) bool {
	for name, wanted := range query {
		var have []string
		get, isSpecial := also[name]
		switch {
		case isSpecial:
			have = get(o)
		case slices.Contains(strings.Fields(names), name), name == "enterprise_project_id" && !slices.Contains(wanted, "all_granted_eps"):
			have = tagged(reflect.ValueOf(o), name)
		default:
			continue
		}
		if !slices.ContainsFunc(have, func(value string) bool { return slices.Contains(wanted, value) }) {
			return false
		}
	}
	return true
}

// tagged returns the field with the JSON name as text: one value, or several when the field is a list.
func tagged(v reflect.Value, name string) []string {
	switch field := fieldOf(reflect.Indirect(v), name); field.Kind() {
	case reflect.Bool:
		return []string{strconv.FormatBool(field.Bool())}
	case reflect.Int:
		return []string{strconv.FormatInt(field.Int(), 10)}
	case reflect.String:
		return []string{field.String()}
	case reflect.Slice:
		var all []string
		for j := range field.Len() {
			if one, ok := reflect.TypeAssert[ref](field.Index(j)); ok {
				all = append(all, one.ID)
			} else {
				all = append(all, field.Index(j).String())
			}
		}
		return all
	}
	return nil
}

// fieldOf is the field of a struct with the JSON name; the zero Value when there is none.
func fieldOf(v reflect.Value, name string) reflect.Value {
	for field, value := range v.Fields() {
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name {
			return value
		}
	}
	return reflect.Value{}
}
