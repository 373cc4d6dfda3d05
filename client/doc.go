// Package client is the typed API of the services janitor cleans up: ELB v3, shared ELB (v2.0), the gateways
// ROMA Connect (apic) and API Gateway (apigw). One file a family. Facts and quirks: the API documents S0–S4.
//
// Lists are iterators of pages; every call takes a context; every failure is an [Error] with a [Class].
// A [Client] can only read. What deletes, and what clears the way for it, is a [Deleter], which a read-only profile never
// gets.
package client
