// Package inventory shows every kind of resource in one shape: what it is, what refers to it, whether anything needs
// it and why. It knows the services through package client and nothing of screens or runs.
//
// A kind is one description in one file (pools.go, certificates.go, …); screens and the engine know kinds only through
// it. A [Loader] reads kinds and what refers to them into a stream of [Snapshot]s; a [Graph] holds who uses what; a
// [Verdict] is never "unused" while a list that could say otherwise is missing.
package inventory
