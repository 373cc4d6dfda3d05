// Package cleanup turns marked resources into a plan, runs the plan and proves what came of it. It knows kinds only
// through inventory's descriptions and nothing of screens.
//
// A [Run] checks the planned items again (check.go), sends those that are unchanged in pieces that one call can delete
// together (queue.go, size.go, send.go), first takes away what has to go before an item (clear.go), reads back what an answer
// leaves open (read.go) and ends with one list for each place (prove.go). Every changing request goes out through one door,
// [Run.depart] (depart.go). Where an item stands is kept in one place (item.go, run.go), which gives every item one outcome
// and tells it as an event; [Status] is all of it at one moment.
//
// What a run is about to do, and what came of it, goes into its journal (record.go, lines.go), which a [History] keeps with
// the plan (history.go, recording.go, planfile.go). From these two alone a [Ledger] tells where each item stands (ledger.go);
// [Engine.Resume] goes on from there, and [Verify] looks again.
//
// Before anything is done to an item, what it takes to make it again is put into the journal (keep.go). An undo is a run by a
// plan that is made from that (undoplan.go, undo.go): it looks for what is there, makes what is not (undomake.go), reads back
// what an answer leaves open, and ends with lists as other runs do.
package cleanup
