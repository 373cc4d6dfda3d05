package client

import (
	"encoding/json"
	"strings"
	"testing"

	"janitor/client/decode"
)

// Whichever way it is read, it is written as it may be kept, and reading that changes nothing.
func TestFreeFormObjects(t *testing.T) {
	for data, want := range map[string]string{
		`{"type":"HTTP_COOKIE", "timeout":5}`:                       `{"timeout":5,"type":"HTTP_COOKIE"}`,
		`{"a":[{"password":"hunter2","user":"\u202eu"}],"b":"<&>"}`: `{"a":[{"user":"\\u202eu"}],"b":"<&>"}`,
		`{"a":"` + strings.Repeat("x", 300) + `"}`:                  `{"a":"` + strings.Repeat("x", 255) + `…"}`,
		`{}`:   `null`,
		`null`: `null`,
		`""`:   `null`,
		`[1]`:  `null`,
	} {
		var one, other, again FreeForm
		if err := one.UnmarshalJSON([]byte(data)); err != nil {
			t.Errorf("%s: %v", data, err)
		}
		var d decode.Decoder
		if !d.Answer([]byte(data), func() bool { return other.DecodeFrom(&d) }) || !d.Harmless() {
			t.Errorf("%s is not taken from an answer, or has to be cleaned", data)
		}
		out, err := one.MarshalJSON()
		if err != nil || string(out) != want || !other.Equal(one) {
			t.Errorf("%s becomes %s and %s, want %s (%v)", data, out, other.json, want, err)
		}
		if err := json.Unmarshal(out, &again); err != nil || !again.Equal(one) {
			t.Errorf("%s becomes %s when it is read again (%v)", out, again.json, err)
		}
	}
}
