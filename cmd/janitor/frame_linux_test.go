package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// pseudoterminal is both ends of a terminal of 120×36.
func pseudoterminal(tb testing.TB) (ours, theirs *os.File) {
	tb.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { ours.Close() }) // closed before, where all went well
	control := func(request uintptr, of unsafe.Pointer) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, ours.Fd(), request, uintptr(of)); errno != 0 {
			tb.Fatal(errno)
		}
	}
	var locked, number int32
	control(syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	control(syscall.TIOCGPTN, unsafe.Pointer(&number))
	size := [4]uint16{36, 120}
	control(syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	theirs, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	return ours, theirs
}

// From the start of the built program with a new terminal to the first frame: when the heading of the screen was sent. The limit
// is 150 ms. Rows come as they are listed.
func BenchmarkDemoToFirstFrame(b *testing.B) {
	bin := filepath.Join(b.TempDir(), "janitor")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var first, rows []time.Duration
	for b.Loop() {
		ours, theirs := pseudoterminal(b)
		cmd := exec.CommandContext(b.Context(), bin, "demo")
		cmd.Env = append(os.Environ(), "TERM=xterm-256color", "HOME="+b.TempDir(), "TMPDIR="+b.TempDir())
		cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		theirs.Close() // the program has its own
		var sent []byte
		until := func(text string) time.Duration {
			part := make([]byte, 1<<16)
			for !bytes.Contains(sent, []byte(text)) {
				n, err := ours.Read(part)
				if err != nil {
					b.Fatalf("%v, before %q: %q", err, text, sent)
				}
				sent = append(sent, part[:n]...)
			}
			return time.Since(began)
		}
		first = append(first, until("Pools"))
		rows = append(rows, until("unused"))
		if err := cmd.Process.Kill(); err != nil {
			b.Fatal(err)
		}
		cmd.Wait()   // it was killed
		ours.Close() // only read
	}
	slices.Sort(first)
	slices.Sort(rows)
	b.ReportMetric(float64(first[len(first)/2].Microseconds())/1e3, "ms-to-frame")
	b.ReportMetric(float64(rows[len(rows)/2].Microseconds())/1e3, "ms-to-rows")
	b.ReportMetric(0, "ns/op")
}
