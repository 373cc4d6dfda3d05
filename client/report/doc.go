// Package report tells people and programs outside what a run was to do and what came of it, or what a plan would do: as
// Markdown, as a page of HTML, as JSON and as CSV.
package report
