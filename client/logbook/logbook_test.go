package logbook

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func content(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func TestLinesAreInTheFileAndInMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "janitor", "janitor.log")
	b := New(path)
	if b.Begun() {
		t.Error("has begun before the first line")
	}
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("makes its folder before the first line")
	}
	log := b.Logger().With("service", "elb")
	log.Info("request", "method", "GET", "path", "/v3/pools")
	log.Debug("nobody sees this")
	log.WithGroup("of").Warn("a\nb\x1b[31m", "name", "café \u202eevil")
	if err := b.Close(); err != nil || !b.Begun() {
		t.Fatal(err)
	}
	log.Info("too late for the file")

	want := []string{
		`^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=INFO msg=request pid=\d+ service=elb method=GET path=/v3/pools$`,
		`^time=\S+Z level=WARN msg="a\\nb\\x1b\[31m" pid=\d+ service=elb of\.name="café \\u202eevil"$`,
	}
	got := content(t, path)
	for i, line := range want {
		if i >= len(got) || !regexp.MustCompile(line).MatchString(got[i]) {
			t.Errorf("line %d of %q does not match %s", i, got, line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines: %q", len(got), got)
	}
	lines, n := b.Since(0)
	if n != 3 || len(lines) != 3 || lines[0].Message != "request" || lines[0].Rest != "service=elb method=GET path=/v3/pools" || lines[1].Level != slog.LevelWarn {
		t.Errorf("in memory: %d of %d: %+v", len(lines), n, lines)
	}
	if lines, n = b.Since(2); n != 3 || len(lines) != 1 || lines[0].Message != "too late for the file" {
		t.Errorf("after two: %+v", lines)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for at, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(at); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", at, info.Mode().Perm(), err, want)
		}
	}
}

func TestMemoryKeepsTheLatest(t *testing.T) {
	b := New(filepath.Join(t.TempDir(), "log"))
	for i := range kept + 7 {
		b.Logger().Info(fmt.Sprint(i))
	}
	lines, n := b.Since(0)
	if n != kept+7 || len(lines) != kept || lines[0].Message != "7" || lines[kept-1].Message != fmt.Sprint(kept+6) {
		t.Errorf("%d of %d, from %s to %s", len(lines), n, lines[0].Message, lines[len(lines)-1].Message)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if got := content(t, b.Path()); len(got) != kept+7 {
		t.Errorf("%d lines in the file", len(got))
	}
}

func TestALogThatCannotBeWrittenStopsNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "taken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"its folder is a file": filepath.Join(dir, "taken", "log"), "it is a folder": dir} {
		b := New(path)
		for range 3 {
			b.Logger().Info("request")
		}
		err := b.Close()
		if err == nil || !strings.HasPrefix(err.Error(), "the log cannot be written: ") || !strings.Contains(err.Error(), path) && !strings.Contains(err.Error(), "taken") {
			t.Errorf("%s: %v", name, err)
		}
		if lines, _ := b.Since(0); len(lines) != 3 {
			t.Errorf("%s: %d lines in memory", name, len(lines))
		}
	}
}

// What the disk cannot take in time is counted, not hidden.
func TestMissingLinesAreCounted(t *testing.T) {
	b := New(filepath.Join(t.TempDir(), "log"))
	b.done = make(chan struct{}) // as if the writer were busy
	for range 3 {
		b.Logger().Info(strings.Repeat("x", waiting/2-100))
	}
	go b.write()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	got := content(t, b.Path())
	if len(got) != 3 || !strings.Contains(got[2], "lines are missing here") || !strings.HasSuffix(got[2], "lines=1") {
		t.Errorf("%d lines, the last is %q", len(got), got[len(got)-1])
	}
}

// Two programs write and put the file aside; every line is there once, and whole.
func TestTwoWritersLoseNothing(t *testing.T) {
	const each, size = 400, 40
	path := filepath.Join(t.TempDir(), "log")
	var both sync.WaitGroup
	for who := range 2 {
		both.Go(func() {
			f := file{path: path, most: 2 * each * size * 3 / 4}
			defer f.close()
			for i := range each {
				if err := f.write(fmt.Appendf(nil, "%-*s\n", size-1, fmt.Sprintf("%d-%d", who, i))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	both.Wait()
	var got []string
	for _, name := range []string{path + ".1", path} {
		if _, err := os.Stat(name); err != nil && runtime.GOOS == "windows" { // a file that another has open stays where it is
			continue
		}
		for _, line := range content(t, name) {
			got = append(got, strings.TrimRight(line, " "))
		}
	}
	slices.Sort(got)
	var want []string
	for who := range 2 {
		for i := range each {
			want = append(want, fmt.Sprintf("%d-%d", who, i))
		}
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
}

func TestOneOlderFileIsKept(t *testing.T) {
	dir := t.TempDir()
	f := file{path: filepath.Join(dir, "log"), most: 100}
	defer f.close()
	for i := range 50 {
		if err := f.write(fmt.Appendf(nil, "line %02d\n", i)); err != nil {
			t.Fatal(err)
		}
	}
	old, now := content(t, f.path+".1"), content(t, f.path)
	all := slices.Concat(old, now)
	if len(old) != 12 || all[len(all)-1] != "line 49" || all[0] != fmt.Sprintf("line %02d", 50-len(all)) {
		t.Errorf("older %q, now %q", old, now)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != 3 { // and the lock
		t.Errorf("%q, %v", names, err)
	}
}

func TestAFileThatIsGoneIsMadeAgain(t *testing.T) {
	f := file{path: filepath.Join(t.TempDir(), "janitor", "log"), most: fileMost}
	defer f.close()
	for _, line := range []string{"before\n", "after\n"} {
		if err := f.write([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if line == "before\n" && runtime.GOOS != "windows" {
			if err := os.RemoveAll(filepath.Dir(f.path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := content(t, f.path); got[len(got)-1] != "after" {
		t.Errorf("%q", got)
	}
}

func BenchmarkLine(b *testing.B) {
	book := New(filepath.Join(b.TempDir(), "log"))
	log := book.Logger()
	for b.Loop() {
		log.LogAttrs(context.Background(), slog.LevelInfo, "request", slog.String("method", "GET"), slog.Int("status", 200), slog.String("path", "/v3/0123456789abcdef0123456789abcdef/elb/pools"))
	}
	if err := book.Close(); err != nil {
		b.Fatal(err)
	}
}
