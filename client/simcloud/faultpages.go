package simcloud

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
)

// mislead changes a page of a list, of any of the three ways of paging: page_info (v3), links (v2.0), offset (gateways).
func (q *call) mislead(how Paging, a *answer) {
	l := listOf(*a)
	if l == nil {
		return
	}
	if l.around["total"] != nil {
		q.misleadOffset(how, l)
	} else {
		q.misleadMarker(how, l)
	}
	l.into(a)
}

func (q *call) misleadMarker(how Paging, l *list) {
	marker, next := q.query.Get("marker"), l.next()
	last := next
	if n := len(l.items); last == "" && n > 0 {
		last = idOf(l.items[n-1])
	}
	switch how {
	case Repeat:
		q.follow(l, cmp.Or(marker, last))
	case Cycle:
		if next == "" {
			if first := q.ask("limit", "1", "marker", ""); first != nil && len(first.items) > 0 {
				q.follow(l, idOf(first.items[0]))
			}
		}
	case Hollow:
		l.items = nil
		q.follow(l, cmp.Or(last, marker))
	case Larger:
		if next == "" {
			break
		}
		if more := q.ask("limit", "1", "marker", next); more != nil && len(more.items) > 0 {
			l.items = append(l.items, more.items...)
			q.follow(l, more.next())
		}
	case Overlap:
		if marker == "" {
			break
		}
		if before := q.ask("limit", "", "marker", "", "id", marker); before != nil {
			l.items = append(before.items, l.items...)
		}
	}
}

func (q *call) misleadOffset(how Paging, l *list) {
	offset, _ := strconv.Atoi(q.query.Get("offset"))
	offset = max(0, offset)
	var total int
	_ = json.Unmarshal(l.around["total"], &total) // 0 otherwise
	switch how {
	case Repeat, Cycle:
		back := 0
		if how == Cycle && total > 0 {
			back = offset % total
		}
		if again := q.ask("offset", strconv.Itoa(back)); again != nil {
			l.items = again.items
		}
		total = offset + len(l.items) + 1
	case Hollow:
		l.items = nil
		total = max(total, offset+1)
	case Larger:
		if more := q.ask("offset", strconv.Itoa(offset+len(l.items)), "limit", "1"); more != nil {
			l.items = append(l.items, more.items...)
		}
	case Overlap:
		if offset == 0 {
			break
		}
		if before := q.ask("offset", strconv.Itoa(offset-1), "limit", "1"); before != nil {
			l.items = append(before.items, l.items...)
		}
	}
	l.put("total", total)
	l.put("size", len(l.items))
}

// ask lists once more with another query: names and values in turn, "" takes the name away. nil when that is refused.
func (q *call) ask(changes ...string) *list {
	again := *q
	again.query = maps.Clone(q.query)
	for change := range slices.Chunk(changes, 2) {
		again.query.Del(change[0])
		if change[1] != "" {
			again.query.Set(change[0], change[1])
		}
	}
	found, known := again.find(q.routes[q.request.Method])
	if !known || found.items != nil {
		return nil
	}
	again.args = q.args // without the project, as admit left them
	return listOf(again.run(found.handle))
}

// next is the marker of the page that follows, "" for none.
func (l *list) next() string {
	var info struct {
		Next string `json:"next_marker"`
	}
	_ = json.Unmarshal(l.around["page_info"], &info) // none otherwise
	if info.Next != "" {
		return info.Next
	}
	var links []pageLink
	_ = json.Unmarshal(l.around[l.plural+"_links"], &links) // none otherwise
	for _, to := range links {
		if u, err := url.Parse(to.Href); err == nil && to.Rel == "next" {
			return u.Query().Get("marker")
		}
	}
	return ""
}

type pageLink struct {
	Rel  string `json:"rel"`
	Href string `json:"href"`
}

// follow says which page comes next, "" for none.
func (q *call) follow(l *list, marker string) {
	if q.family == sharedELB {
		var links []pageLink
		_ = json.Unmarshal(l.around[l.plural+"_links"], &links) // none otherwise
		kept := []pageLink{}
		for _, to := range links {
			if to.Rel != "next" {
				kept = append(kept, to)
			}
		}
		if marker != "" {
			query := maps.Clone(q.query)
			query.Set("marker", marker)
			kept = append(kept, pageLink{"next", "http://" + q.request.Host + q.path + "?" + query.Encode()})
		}
		l.put(l.plural+"_links", kept)
		return
	}
	info := map[string]any{}
	_ = json.Unmarshal(l.around["page_info"], &info) // empty otherwise
	info["current_count"] = len(l.items)
	delete(info, "next_marker")
	if marker != "" {
		info["next_marker"] = marker
	}
	l.put("page_info", info)
}
