// Package simcloud is a cloud in memory: IAM, ELB v3, the shared ELB (v2.0), ROMA Connect and API Gateway behind one
// http.Handler, with the rules, refusals and error bodies of the API documents S0–S4 and a world that looks like a real
// account after five years.
//
// It shares no type with package client on purpose, so that both cannot make the same mistake. Where the documents are
// silent it does what api.md infers, and the comment says so.
package simcloud
