package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// written is a journal of n lines.
func written(tb testing.TB, n int) (path string, data []byte) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "journal.ndjson")
	f, err := Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := NewWriter(f, Tail{})
	for i := range n {
		if err := w.Append("note", map[string]any{"i": i, "text": "a\nb\u2028\x00"}); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	data, err = os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return path, data
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path, data := written(t, 3)
	lines, tail, err := Read(data)
	if err != nil || len(lines) != 3 || tail.Lines != 3 || tail.Size != int64(len(data)) || tail.Torn != 0 {
		t.Fatalf("%v, %+v, %v", lines, tail, err)
	}
	for i, l := range lines {
		if want := fmt.Sprintf(`{"i":%d,"text":"a\nb\u2028\u0000"}`, i); l.N != i+1 || l.Type != "note" || string(l.Body) != want || time.Since(l.At) > time.Hour {
			t.Errorf("%+v", l)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("it is begun a second time: %v", err)
	}
}

func TestEveryChangeShows(t *testing.T) {
	_, data := written(t, 4)
	lines := bytes.SplitAfter(data, []byte("\n"))[:4]
	_, other := written(t, 4)
	join := func(ls ...[]byte) []byte { return bytes.Join(ls, nil) }
	edited := bytes.Replace(lines[1], []byte(`"i":1`), []byte(`"i":7`), 1)
	sealed := func(line string) []byte { // with the right hash, whatever it says
		return []byte(line + sumKey + sumOf([]byte(line)) + "\"}\n")
	}
	const begin = `{"n":1,"at":"2026-01-02T03:04:05Z"`
	for name, test := range map[string]struct {
		data []byte
		line int
		want string
	}{
		"edited":              {join(lines[0], edited, lines[2]), 2, "was changed"},
		"edited at the end":   {join(lines[0], edited), 2, "was changed"},
		"exchanged":           {join(lines[0], lines[2], lines[1]), 2, "it says it is line 3"},
		"taken out":           {join(lines[0], lines[2]), 2, "it says it is line 3"},
		"doubled":             {join(lines[0], lines[0]), 2, "it says it is line 1"},
		"beginning taken off": {join(lines[1], lines[2]), 1, "it says it is line 2"},
		"of another journal":  {join(lines[0], bytes.SplitAfter(other, []byte("\n"))[1]), 2, "does not follow"},
		"an empty line":       {join(lines[0], []byte("\n"), lines[1]), 2, "not a line of a journal"},
		"something else":      {join(lines[0], []byte("hello\n")), 2, "not a line of a journal"},
		"something long":      {join(lines[0], bytes.Repeat([]byte("x"), 200), []byte("\n")), 2, "not a line of a journal"},
		"a field more":        {sealed(begin + `,"type":"note","body":0,"before":"","more":1`), 1, "not a line of a journal"},
		"two values":          {sealed(begin + `,"type":"note","body":0,"before":""} {"n":1`), 1, "not a line of a journal"},
		"no type":             {sealed(begin + `,"body":0,"before":""`), 1, "not a line of a journal"},
		"a type of two words": {sealed(begin + `,"type":"two words","body":0,"before":""`), 1, "not a line of a journal"},
		"no body":             {sealed(begin + `,"type":"note","before":""`), 1, "not a line of a journal"},
		"no JSON":             {sealed(`{"n":one`), 1, "not a line of a journal"},
		"two on one line":     {join(bytes.TrimSpace(lines[0]), lines[1]), 1, "was changed"},
		"too long a line":     {join(lines[0], bytes.Repeat([]byte("x"), maxLine+1)), 2, "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			got, tail, err := Read(test.data)
			var damage *Damage
			if !errors.As(err, &damage) || damage.Line != test.line || !strings.Contains(damage.Why, test.want) {
				t.Fatalf("%v, want line %d: …%s…", err, test.line, test.want)
			}
			if len(got) != test.line-1 || tail.Lines != test.line-1 {
				t.Errorf("%d lines before it", len(got))
			}
			if want := fmt.Sprintf("line %d: %s", damage.Line, damage.Why); err.Error() != want {
				t.Errorf("%q, want %q", err, want)
			}
			r := NewReader(bytes.NewReader(test.data))
			for range test.line {
				_, err = r.Next()
			}
			if _, again := r.Next(); again == nil || again != err { //nolint:errorlint // the very same
				t.Errorf("after %v the reader goes on: %v", err, again)
			}
		})
	}
}

// Every byte counts, also those of the last line.
func TestEveryByteIsCovered(t *testing.T) {
	_, data := written(t, 3)
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		lines, tail, err := Read(bad)
		torn := i == len(data)-1 && err == nil && len(lines) == 2 && tail.Torn > 0
		if err == nil && !torn {
			t.Fatalf("byte %d changed, and nobody sees it", i)
		}
	}
}

func TestATornLineIsCutOff(t *testing.T) {
	_, data := written(t, 3)
	for n := range data {
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		_, tail, err := Read(data[:n])
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		f, err := Continue(path, tail)
		if err != nil {
			t.Fatal(err)
		}
		w := NewWriter(f, tail)
		if w.OnDisk() != tail.Lines {
			t.Fatalf("%d bytes: %d lines are on disk, not %d", n, w.OnDisk(), tail.Lines)
		}
		if err := errors.Join(w.Append("more", n), w.Close()); err != nil {
			t.Fatal(err)
		}
		again, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines, after, err := Read(again)
		if err != nil || after.Torn != 0 || len(lines) != tail.Lines+1 || lines[tail.Lines].Type != "more" {
			t.Fatalf("%d bytes: %d lines, %+v, %v", n, len(lines), after, err)
		}
	}
}

func TestNobodyGoesOnWithAFileThatHasGrown(t *testing.T) {
	path, data := written(t, 3)
	_, tail, err := Read(data[:len(data)-5])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Continue(path, tail); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Error(err)
	}
	if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, data) {
		t.Errorf("it was touched, %v", err)
	}
}

// slow is a disk that counts; each fsync takes until it is let go.
type slow struct {
	bytes.Buffer
	gate   chan struct{}
	syncs  int
	synced int
	err    error
}

func (s *slow) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	return s.Buffer.Write(p)
}

func (s *slow) Sync() error {
	n := s.Len()
	if s.gate != nil {
		<-s.gate
	}
	s.syncs++
	s.synced = n
	return nil
}

func (s *slow) Close() error { return nil }

func TestThoseWhoWaitTogetherShareAnFsync(t *testing.T) {
	disk := &slow{gate: make(chan struct{})}
	w := NewWriter(disk, Tail{})
	var wg sync.WaitGroup
	const n = 40
	for i := range n {
		if err := w.Append("note", i); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := w.Sync(); err != nil {
				t.Error(err)
			}
		})
	}
	close(disk.gate)
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if lines, _, err := Read(disk.Bytes()); err != nil || len(lines) != n || disk.synced != disk.Len() || disk.syncs > n/2 {
		t.Errorf("%d lines in %d fsyncs, %v", len(lines), disk.syncs, err)
	}
}

func TestLinesAreWrittenSoonThoughNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &slow{}
		w := NewWriter(disk, Tail{})
		for i := range 3 {
			if err := w.Append("note", i); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * aMoment)
			synctest.Wait()
			if lines, _, err := Read(disk.Bytes()); err != nil || len(lines) != i+1 || disk.syncs > 0 {
				t.Errorf("%d lines after %d, %d fsyncs, %v", len(lines), i+1, disk.syncs, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// What may just be written may be read, and a byte more neither. In a bubble of its own every line has the same time, and
// so the same length.
func TestReadersAndWritersHaveTheSameBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := func(long int) json.RawMessage { return json.RawMessage(`"` + strings.Repeat("x", long-2) + `"`) }
		write := func(tail Tail, bodies ...json.RawMessage) ([]byte, error) {
			disk := &slow{}
			w := NewWriter(disk, tail)
			for _, b := range bodies {
				w.Append("note", b)
			}
			err := w.Close()
			return disk.Bytes(), err
		}
		short, err := write(Tail{}, text(2))
		if err != nil {
			t.Fatal(err)
		}
		most := maxLine - len(short) + 2
		long, err := write(Tail{}, text(most))
		if err != nil || len(long) != maxLine {
			t.Fatalf("a line of %d bytes: %v", len(long), err)
		}
		if _, _, err := Read(long); err != nil {
			t.Errorf("it is written and cannot be read: %v", err)
		}
		if _, err := write(Tail{}, text(most+1)); err == nil {
			t.Error("a line too long is written")
		}

		two, err := write(Tail{}, text(2), text(2))
		if err != nil {
			t.Fatal(err)
		}
		for _, room := range []int{len(two), len(two) - 1} {
			full := Tail{Size: maxSize - int64(room)}
			r := NewReader(bytes.NewReader(two))
			r.tail = full
			_, first := r.Next()
			_, second := r.Next()
			_, written := write(full, text(2), text(2))
			if fits := room == len(two); first != nil || (second == nil) != fits || (written == nil) != fits {
				t.Errorf("two lines of %d bytes where there is room for %d: read %v, written %v", len(two), room, second, written)
			}
		}
	})
}

func TestAfterAFailureNothingIsWritten(t *testing.T) {
	disk := &slow{}
	w := NewWriter(disk, Tail{})
	if err := errors.Join(w.Append("note", 1), w.Sync()); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	w.mu.Lock()
	disk.err = full
	w.mu.Unlock()
	if err := w.Append("note", 2); err != nil {
		t.Fatal(err)
	}
	if err := w.Sync(); !errors.Is(err, full) {
		t.Errorf("Sync: %v", err)
	}
	if err := w.Append("note", 3); !errors.Is(err, full) {
		t.Errorf("Append: %v", err)
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("Close: %v", err)
	}
	if lines, _, err := Read(disk.Bytes()); err != nil || len(lines) != 1 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}

// What is written while the first line is being made follows it, and is on disk when somebody waited for that.
func TestTheFirstLineIsTheFirst(t *testing.T) {
	disk, gate := &slow{}, make(chan struct{})
	w := Begin(disk, func() (string, any, error) {
		<-gate
		return "header", 0, nil
	})
	var wg sync.WaitGroup
	for i := range 3 {
		if err := w.Append("note", i+1); err != nil {
			t.Fatal(err)
		}
	}
	w.Want()
	wg.Go(func() {
		if err := w.Sync(); err != nil || w.OnDisk() < 4 {
			t.Errorf("%d lines are on disk: %v", w.OnDisk(), err)
		}
	})
	if n := w.OnDisk(); n != 0 {
		t.Errorf("%d lines are on disk before the first", n)
	}
	close(gate)
	wg.Wait()
	if err := errors.Join(w.Append("note", 4), w.Close()); err != nil {
		t.Fatal(err)
	}
	lines, _, err := Read(disk.Bytes())
	if err != nil || len(lines) != 5 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i, l := range lines {
		if want := []string{"header", "note"}[min(i, 1)]; l.Type != want || string(l.Body) != fmt.Sprint(i) {
			t.Errorf("line %d is %s %s", i+1, l.Type, l.Body)
		}
	}
}

func TestWithoutAFirstLineThereIsNone(t *testing.T) {
	for name, head := range map[string]func() (string, any, error){
		"none":    func() (string, any, error) { return "", nil, os.ErrPermission },
		"no JSON": func() (string, any, error) { return "header", func() {}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			disk := &slow{}
			w := Begin(disk, head)
			w.Append("note", 1)
			if err := w.Sync(); err == nil {
				t.Error("no error")
			}
			if err := w.Close(); err == nil || disk.Len() > 0 || w.OnDisk() > 0 {
				t.Errorf("%v, %d bytes", err, disk.Len())
			}
		})
	}
}

func TestBadLinesAreNotWritten(t *testing.T) {
	for name, test := range map[string]struct {
		kind string
		body any
	}{
		"no word":  {"two words", 1},
		"no name":  {"", 1},
		"capitals": {"Note", 1},
		"brackets": {"{note}", 1},
		"no JSON":  {"note", func() {}},
		"too long": {"note", strings.Repeat("x", maxLine)},
	} {
		t.Run(name, func(t *testing.T) {
			disk := &slow{}
			w := NewWriter(disk, Tail{})
			if err := w.Append(test.kind, test.body); err == nil {
				t.Error("no error")
			}
			if err := w.Close(); err == nil || disk.Len() > 0 {
				t.Errorf("%v, %d bytes", err, disk.Len())
			}
		})
	}
	w := NewWriter(&slow{}, Tail{})
	w.Close()
	if err := w.Append("note", 1); !errors.Is(err, errClosed) {
		t.Error(err)
	}
}

// Whatever several writers append and however it is cut and gone on with, the chain holds.
func TestPropertyTheChainHolds(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for range 50 {
		path := filepath.Join(t.TempDir(), "journal")
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		w := NewWriter(f, Tail{})
		least := 0
		for range 1 + random.IntN(4) {
			var wg sync.WaitGroup
			each := random.IntN(20)
			for range 3 {
				wg.Go(func() {
					for i := range each {
						if err := w.Append("note", i); err != nil {
							t.Error(err)
						}
						if i%3 == 0 {
							if err := w.Sync(); err != nil {
								t.Error(err)
							}
						}
					}
				})
			}
			wg.Wait()
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines, _, err := Read(data)
			if err != nil || len(lines) != least+3*each {
				t.Fatalf("%d lines, want %d, %v", len(lines), least+3*each, err)
			}
			data = data[:len(data)-random.IntN(len(data)/2+1)]
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, tail, err := Read(data)
			if err != nil {
				t.Fatal(err)
			}
			least = tail.Lines
			if f, err = Continue(path, tail); err != nil {
				t.Fatal(err)
			}
			w = NewWriter(f, tail)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnlyOneHoldsALock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if Held(path) {
		t.Error("held before it was taken")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("to ask makes a file: %v", err)
	}
	me := Holder{Who: "jane@host", PID: 12, Run: "r1", Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	l, err := TryLock(path, me)
	if err != nil {
		t.Fatal(err)
	}
	if !Held(path) {
		t.Error("not held")
	}
	_, err = TryLock(path, Holder{Who: "joe@host"})
	var held *HeldError
	if !errors.As(err, &held) || held.Holder != me {
		t.Errorf("%v", err)
	}
	if want := "held by jane@host (process 12, run r1, since 2026-01-02 03:04:05 UTC)"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if info, err := os.Stat(holderPath(path)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for _, text := range []string{"", "{", "no JSON"} {
		if err := os.WriteFile(holderPath(path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := TryLock(path, me); err == nil || err.Error() != "held by another janitor" {
			t.Errorf("%q says who holds it: %v", text, err)
		}
	}
	l.Unlock()
	if Held(path) {
		t.Error("still held")
	}
	again, err := TryLock(path, me)
	if err != nil {
		t.Fatal(err)
	}
	again.Unlock()
}

func TestALockThatCannotBeTakenIsNotHeld(t *testing.T) {
	var held *HeldError
	folder := t.TempDir()
	if _, err := TryLock(filepath.Join(folder, "nowhere", "lock"), Holder{}); !errors.Is(err, os.ErrNotExist) || errors.As(err, &held) {
		t.Errorf("without a folder: %v", err)
	}
	path := filepath.Join(folder, "lock")
	if err := os.Mkdir(holderPath(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := TryLock(path, Holder{}); err == nil || errors.As(err, &held) || Held(path) {
		t.Errorf("where its holder cannot be written: %v", err)
	}
}

func FuzzReader(f *testing.F) {
	_, data := written(f, 3)
	f.Add(data)
	f.Add(data[:len(data)-7])
	f.Add([]byte("\n"))
	f.Add([]byte(`{"n":1,"at":"2026-01-01T00:00:00Z","type":"a","body":{},"before":"","sum":""}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, tail, err := Read(data)
		if tail.Lines != len(lines) || tail.Size+tail.Torn > int64(len(data)) || err == nil && tail.Size+tail.Torn != int64(len(data)) {
			t.Errorf("%d lines, %+v of %d bytes, %v", len(lines), tail, len(data), err)
		}
		for i, l := range lines {
			if l.N != i+1 || !word(l.Type) {
				t.Errorf("%+v", l)
			}
		}
	})
}
