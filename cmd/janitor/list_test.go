package main

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// No two columns of a CSV have the same name: programs take its cells by their names.
func TestColumnsOfACSVHaveDifferentNames(t *testing.T) {
	for _, kind := range inventory.Kinds() {
		var out bytes.Buffer
		if err := printCSV(&out, &chosen{kind: kind, snapshot: &inventory.Snapshot{}}); err != nil {
			t.Fatal(err)
		}
		head, err := csv.NewReader(&out).Read()
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(head)
		if n := len(head); len(slices.Compact(head)) != n {
			t.Errorf("%s: %q", kind.ID, head)
		}
	}
}

// In the table the same entry of two groups of one name is told by the beginning of the group's id; CSV has the whole id.
func TestAListOfGroupsOfOneName(t *testing.T) {
	kind, err := inventory.Lookup(inventory.Entries)
	if err != nil {
		t.Fatal(err)
	}
	c := &chosen{kind: kind, snapshot: &inventory.Snapshot{At: time.Now()}}
	for _, g := range [][2]string{{"a39ea157-1111", "acl1"}, {"b47f0011-2222", "acl1"}, {"c0ffee00-3333", "office"}} {
		c.rows = append(c.rows, inventory.Resource{
			Ref: inventory.Ref{Kind: inventory.Entries, Parent: g[0], ID: "10.20.0.0/16"}, Name: "10.20.0.0/16", In: g[1],
			Object: &inventory.Entry{IPEntry: client.IPEntry{IP: "10.20.0.0/16"}, Group: &client.IPGroup{}},
		})
	}
	for _, wide := range []bool{false, true} {
		var out bytes.Buffer
		if err := printListTable(&out, wide, c); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"  acl1 a39ea157…\n", "  acl1 b47f0011…\n", "  office\n"} {
			if strings.Count(out.String(), want) != 1 {
				t.Errorf("no %q:\n%s", want, &out)
			}
		}
	}
	var out bytes.Buffer
	if err := printCSV(&out, c); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), ",a39ea157-1111,") || strings.Contains(out.String(), "…") {
		t.Errorf("CSV:\n%s", &out)
	}
}
