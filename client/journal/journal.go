// Package journal keeps files that are only ever appended to, one JSON object a line, in which every line carries the
// hash of the line before. What was changed, taken out, put in or moved shows; a line that was being written when the
// machine stopped is the last one and has no end. What the lines say is their writer's affair.
//
// A line is {"n":7,"at":"…","type":"…","body":{…},"before":"…","sum":"…"}: sum is the SHA-256 of the bytes of the line up
// to the comma before "sum", before the sum of the line before, "" in the first. The chain has no secret: it finds
// accidents and careless hands, not a forger who makes the whole file anew.
package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Bounds of what is written and read, in bytes.
const (
	maxLine = 8 << 20
	maxSize = 1 << 30
)

// Line is one line of a journal.
type Line struct {
	N    int // from 1
	At   time.Time
	Type string // lower-case letters
	Body json.RawMessage
}

// Damage is why a journal is not as it was written.
type Damage struct {
	Line int // the first that is wrong
	Why  string
}

func (d *Damage) Error() string { return fmt.Sprintf("line %d: %s", d.Line, d.Why) }

const sumKey = `,"sum":"`

// encode appends a line with its end, and gives its sum. The type is a word.
func encode(line []byte, n int, at time.Time, kind string, body []byte, before string) (all []byte, sum string) {
	from := len(line)
	line = append(line, `{"n":`...)
	line = strconv.AppendInt(line, int64(n), 10)
	line = append(line, `,"at":"`...)
	line = at.UTC().AppendFormat(line, time.RFC3339Nano)
	line = append(append(line, `","type":"`...), kind...)
	line = append(append(line, `","body":`...), body...)
	line = append(append(append(line, `,"before":"`...), before...), '"')
	sum = sumOf(line[from:])
	return append(append(append(line, sumKey...), sum...), "\"}\n"...), sum
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// decode reads a line without its end; why says what is wrong with it, "" nothing.
func decode(data []byte, n int, before string) (l Line, sum, why string) {
	end := len(data) - len(sumKey) - 2*sha256.Size - len(`"}`)
	if end < 0 || !bytes.HasPrefix(data[end:], []byte(sumKey)) {
		return Line{}, "", "it is not a line of a journal"
	}
	sum = string(data[end+len(sumKey) : len(data)-len(`"}`)])
	if sumOf(data[:end]) != sum {
		return Line{}, "", "it was changed: its hash is not the one it carries"
	}
	var raw struct {
		N      int             `json:"n"`
		At     time.Time       `json:"at"`
		Type   string          `json:"type"`
		Body   json.RawMessage `json:"body"`
		Before string          `json:"before"`
		Sum    string          `json:"sum"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&raw); err != nil || dec.More() || !word(raw.Type) || len(raw.Body) == 0 {
		return Line{}, "", "it is not a line of a journal"
	}
	switch {
	case raw.N != n:
		return Line{}, "", fmt.Sprintf("it says it is line %d: lines were taken out, put in or moved", raw.N)
	case raw.Before != before:
		return Line{}, "", "it does not follow the line before: lines were exchanged"
	}
	return Line{N: n, At: raw.At, Type: raw.Type, Body: raw.Body}, sum, ""
}

func word(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}
