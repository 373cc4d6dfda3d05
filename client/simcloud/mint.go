package simcloud

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// mint makes ids, tokens and request ids from the seed.
type mint struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func newMint(seed uint64) *mint { return &mint{rng: rand.New(rand.NewPCG(seed, 0x6d696e74))} }

// bytes fills b, whose length is a multiple of eight.
func (m *mint) bytes(b []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := 0; i < len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], m.rng.Uint64())
	}
}

// uuid has dashes: pools, listeners, members, IP groups, requests.
func (m *mint) uuid() string {
	var id [16]byte
	m.bytes(id[:])
	return dashed(id)
}

// hex32 has none: certificates, gateway objects, projects (api.md 1).
func (m *mint) hex32() string {
	var id [16]byte
	m.bytes(id[:])
	return dashless(id)
}

func (m *mint) token() string {
	var secret [192]byte
	m.bytes(secret[:])
	return "MIIF" + base64.RawURLEncoding.EncodeToString(secret[:])
}

// around is a log-normal time with this median.
func (m *mint) around(median time.Duration, sigma float64) time.Duration {
	if sigma == 0 {
		return median
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Duration(float64(median) * math.Exp(sigma*m.rng.NormFloat64()))
}

func dashless(id [16]byte) string {
	var out [32]byte
	hex.Encode(out[:], id[:])
	return string(out[:])
}

// dashed writes 16 random bytes as a version 4 UUID.
func dashed(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var out [36]byte
	hex.Encode(out[:8], b[:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
