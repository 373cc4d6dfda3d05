// Package cleanup turns marked resources into a plan, runs the plan and proves what came of it. It knows kinds only
// through inventory's descriptions and nothing of screens.
//
// A run checks the planned items again (check.go), sends what is unchanged in pieces that one call can delete together
// (send.go), makes the steps that have to go before an item (clear.go), reads back what an answer leaves open and closes
// with one list for each place (prove.go). Where an item stands is kept in one ledger (run.go), which gives every item
// one outcome and tells it as an event; every changing request goes out through its one door, [Run.depart].
//
// What a run is about to do and what came of it stands in its journal (record.go), which a [History] keeps with the plan
// (history.go, planfile.go). From these two alone a [Ledger] tells where each item stands (ledger.go); [Engine.Resume] goes
// on from there, and [Verify] looks again.
//
// Before anything is done to an item, what it takes to make it again is kept in the journal (undoplan.go). An undo is a run
// by a plan that is made from that (undo.go); it looks what is there, makes what is not (undomake.go), reads back what an
// answer leaves open, and closes with lists as other runs do.
package cleanup
