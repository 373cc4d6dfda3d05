// Package benchmark measures the engine against a simulated service in another process, side by side with plain loops and
// with an oracle that is told everything. All of it is tests: what they print is the table in the README.
//
//	go test ./client/cleanup/benchmark -table -timeout 1h
//
// A cell (cell_test.go) is a workload on a service of some manners. Every run of a client has a service of its own, a
// fresh process (service_test.go) that tells afterwards, past all clients, what it was asked and what is left.
// The clients are in loops_test.go, oracle_test.go and janitor_test.go.
package benchmark
