package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Reader reads a journal line by line and checks that each follows the one before.
type Reader struct {
	in   *bufio.Reader
	tail Tail
	err  error
}

// Tail is where a journal ends: what [Continue] goes on from.
type Tail struct {
	Lines int
	Size  int64 // of the whole lines, in bytes
	Torn  int64 // what follows them: a line without its end, which never was of any effect
	sum   string
}

// NewReader reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(r, 1<<16)} }

// Next gives the next line: [io.EOF] after the last whole one, a [*Damage] where the journal is not as it was written.
// Either is the last word.
func (r *Reader) Next() (Line, error) {
	if r.err != nil {
		return Line{}, r.err
	}
	data, err := r.line()
	if err != nil {
		r.err = err
		return Line{}, err
	}
	l, sum, why := decode(data[:len(data)-1], r.tail.Lines+1, r.tail.sum)
	if why != "" {
		r.err = r.damage(why)
		return Line{}, r.err
	}
	r.tail.Lines++
	r.tail.Size += int64(len(data))
	r.tail.sum = sum
	return l, nil
}

// line is one line with its end; what has none is torn.
func (r *Reader) line() ([]byte, error) {
	var whole []byte
	for {
		part, err := r.in.ReadSlice('\n')
		switch {
		case len(whole)+len(part) > maxLine:
			return nil, r.damage(fmt.Sprintf("it is longer than %d bytes", maxLine))
		case r.tail.Size+int64(len(whole)+len(part)) > maxSize:
			return nil, r.damage(fmt.Sprintf("the journal is larger than %d bytes", maxSize))
		}
		whole = append(whole, part...)
		switch {
		case err == nil:
			return whole, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			r.tail.Torn = int64(len(whole))
			return nil, io.EOF
		default:
			return nil, fmt.Errorf("reading the journal: %w", err)
		}
	}
}

func (r *Reader) damage(why string) error { return &Damage{Line: r.tail.Lines + 1, Why: why} }

// Tail is what has been read so far; after [io.EOF] it is where the journal ends.
func (r *Reader) Tail() Tail { return r.tail }

// Read gives all lines of a journal that is at hand.
func Read(data []byte) ([]Line, Tail, error) {
	var lines []Line
	r := NewReader(bytes.NewReader(data))
	for {
		l, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return lines, r.Tail(), nil
		case err != nil:
			return lines, r.Tail(), err
		}
		lines = append(lines, l)
	}
}
