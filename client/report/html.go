package report

import (
	"html/template"
	"io"

	"janitor/client/cleanup"
)

// html is one page.
func (r Report) html(w io.Writer) error {
	page, err := template.New("report").Funcs(template.FuncMap{
		"title": Report.title, "facts": Report.facts,
		"mood": mood, "word": item.word, "where": item.where, "ids": item.ids, "besides": item.with, "took": item.took, "undo": item.undo,
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return page.Execute(w, r)
}

// mood is the class of an outcome; the word stands beside the colour.
func mood(it item) string {
	switch it.Outcome {
	case cleanup.Deleted.String(), cleanup.AlreadyGone.String(), cleanup.Restored.String(), cleanup.AlreadyThere.String():
		return "good"
	case planned, cleanup.Pending.String(), cleanup.Cancelled.String():
		return "still"
	case cleanup.Blocked.String(), cleanup.Skipped.String():
		return "care"
	}
	return "bad"
}

const pageText = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{title .}}</title>
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #777; --good: #1a7f37; --care: #9a6700; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --good: #57c26b; --care: #d9a33a; --bad: #ff6b6b; --soft: #999; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; }
.facts { width: auto; } .id { font-family: ui-monospace, monospace; font-size: .85em; }
.good { color: var(--good); } .care { color: var(--care); } .bad, .danger { color: var(--bad); font-weight: 600; } .still { color: var(--soft); }
</style>
<h1>{{title .}}</h1>
<table class="facts">{{range facts .}}
<tr><th>{{.Name}}</th><td>{{.Value}}</td></tr>{{end}}
</table>
{{if .Consequences}}<h2>Consequences</h2>
<table>
<tr><th>Grade</th><th>What it does</th></tr>{{range .Consequences}}
<tr><td class="{{.Grade}}">{{.Grade}}</td><td>{{.Text}}</td></tr>{{end}}
</table>
{{end}}<h2>Items</h2>
<table>
<tr><th>Outcome</th><th>Kind</th><th>Name and id</th><th>First, along</th><th>Why</th><th>Request</th><th>Took</th><th>Undo</th></tr>{{range .Items}}
<tr><td class="{{mood .}}">{{word .}}</td><td>{{.Kind}}</td><td>{{where .}}<br><span class="id">{{ids .}}</span></td><td>{{besides .}}</td><td>{{.Code}} {{.Message}}</td><td class="id">{{.RequestID}}</td><td>{{took .}}</td><td>{{undo .}}</td></tr>{{end}}
</table>
{{if .LeftOut}}<h2>Left out</h2>
<table>
<tr><th>Kind</th><th>Name and id</th><th>Why</th></tr>{{range .LeftOut}}
<tr><td>{{.Kind}}</td><td>{{.Name}}<br><span class="id">{{.ID}}</span></td><td>{{.Why}}</td></tr>{{end}}
</table>
{{end}}</html>
`
