package decode

import (
	"encoding/binary"
	"math/bits"
	"strconv"
)

// deepest is how deep a Decoder goes: far deeper than answers are.
const deepest = 32

// skip goes past a value, of which nothing is kept.
func (d *Decoder) skip() bool {
	if d.white(); d.at == len(d.data) {
		return false
	}
	switch d.data[d.at] {
	case '"':
		_, _, ok := d.quoted()
		return ok
	case '{':
		return d.each('{', '}', func() bool {
			d.white()
			_, _, ok := d.quoted()
			return ok && d.take(':') && d.skip()
		})
	case '[':
		return d.each('[', ']', d.skip)
	case 't':
		return d.word("true")
	case 'f':
		return d.word("false")
	case 'n':
		return d.word("null")
	}
	return d.anyNumber()
}

// each goes through the elements of an object or a list.
func (d *Decoder) each(first, last byte, element func() bool) bool {
	if !d.take(first) || d.depth == deepest {
		return false
	}
	if d.take(last) {
		return true
	}
	d.depth++
	for {
		if !element() {
			return false
		}
		if !d.take(',') {
			d.depth--
			return d.take(last)
		}
	}
}

// name reads the name of a field and the colon after it. Names with escapes and the like are refused.
func (d *Decoder) name() ([]byte, bool) {
	d.white()
	name, plain, ok := d.quoted()
	return name, ok && plain && d.take(':')
}

func (d *Decoder) white() {
	for d.at < len(d.data) {
		switch d.data[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

// take goes past c, if that is what comes next.
func (d *Decoder) take(c byte) bool {
	if d.white(); d.at == len(d.data) || d.data[d.at] != c {
		return false
	}
	d.at++
	return true
}

func (d *Decoder) word(w string) bool {
	if len(d.data)-d.at < len(w) || string(d.data[d.at:d.at+len(w)]) != w {
		return false
	}
	d.at += len(w)
	return true
}

// quoted reads a string, without its quotes. plain: it is printable ASCII and holds no escapes.
func (d *Decoder) quoted() (raw []byte, plain, ok bool) {
	if d.at == len(d.data) || d.data[d.at] != '"' {
		return nil, false, false
	}
	d.at++
	from := d.at
	for plain = true; ; d.at++ {
		d.printable()
		if d.at == len(d.data) {
			return nil, false, false
		}
		switch c := d.data[d.at]; {
		case c == '"':
			d.at++
			return d.data[from : d.at-1], plain, true
		case c == '\\':
			if plain = false; !d.escape() {
				return nil, false, false
			}
		case c < ' ':
			return nil, false, false
		default:
			plain = false
		}
	}
}

// printable goes past characters of ASCII that stand for themselves, most of the time eight at once: a byte of m has its
// highest bit set where one of x is below 0x20, a quote, a backslash, or above 0x7e. Of bytes after such a one that
// may be wrong.
func (d *Decoder) printable() {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; d.at+8 <= len(d.data); d.at += 8 {
		x := binary.LittleEndian.Uint64(d.data[d.at:])
		m := x | (x - ' '*ones) | ((x ^ '"'*ones) - ones) | ((x ^ '\\'*ones) - ones) | ((x ^ 0x7f*ones) - ones)
		if m &= high; m != 0 {
			d.at += bits.TrailingZeros64(m) / 8
			return
		}
	}
	for d.at < len(d.data) {
		if c := d.data[d.at]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return
		}
		d.at++
	}
}

// escape goes to the last byte of an escape.
func (d *Decoder) escape() bool {
	if d.at++; d.at == len(d.data) {
		return false
	}
	switch d.data[d.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		if len(d.data)-d.at <= 4 {
			return false
		}
		for range 4 {
			d.at++
			switch c := d.data[d.at]; {
			case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
			default:
				return false
			}
		}
		return true
	}
	return false
}

// number reads a whole number.
func (d *Decoder) number() (int64, bool) {
	from := d.at
	if !d.anyNumber() {
		return 0, false
	}
	n, err := strconv.ParseInt(string(d.data[from:d.at]), 10, strconv.IntSize)
	return n, err == nil
}

// anyNumber goes past a number.
func (d *Decoder) anyNumber() bool {
	if d.at < len(d.data) && d.data[d.at] == '-' {
		d.at++
	}
	if whole := d.digits(); whole == 0 || whole > 1 && d.data[d.at-whole] == '0' {
		return false
	}
	if d.at < len(d.data) && d.data[d.at] == '.' {
		d.at++
		if d.digits() == 0 {
			return false
		}
	}
	if d.at < len(d.data) && d.data[d.at]|0x20 == 'e' {
		d.at++
		if d.at < len(d.data) && (d.data[d.at] == '+' || d.data[d.at] == '-') {
			d.at++
		}
		return d.digits() > 0
	}
	return true
}

func (d *Decoder) digits() int {
	from := d.at
	for d.at < len(d.data) && '0' <= d.data[d.at] && d.data[d.at] <= '9' {
		d.at++
	}
	return d.at - from
}
