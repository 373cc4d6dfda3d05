package tui

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"janitor/client/logbook"
	"janitor/client/simcloud"
)

func TestTheLogOfTheSession(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Notice = "profile \"other\": no credentials"
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.press(":", "log", "enter").see(" Log  ", "times are UTC", "request  method=GET status=200", "/ filter", "esc back")
	x.press("/", "!request").see("shown  says=", "no credentials").gone("method=GET").press("esc").see("method=GET")
	x.press("/", "q:?").see("No line has these words").press("enter", "esc").see("method=GET")
	x.see("ctrl+w whole lines").press("ctrl+w").see("path=/v3/"+a.Account().ProjectID+"/elb/", "ctrl+w cut lines").press(":").see("╭─ Go ").press("esc").gone("╭─ Go ")
	x.press("?").see("show the whole of long lines, or cut them").press("esc").see(" Log  ")
	x.press("ctrl+d").see("ctrl+d works in the tables of pools, certificates, IP groups and channels and in the detail").press("esc").see("1 Pools").press("ctrl+c").end()
}

// That the clock of this computer is wrong is said once, when it is known, in full also where lines are short.
func TestAWrongClockIsToldOnce(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	var known atomic.Bool
	a.opts.Clock = func() string {
		if !known.Load() {
			return ""
		}
		return "The clock of this computer is 2h0m0s behind that of the services: ages, expiry and signatures go by theirs. Set it right."
	}
	x := open(t, a.opts, 80, 24).see("listed", "1 Pools").gone("clock of this computer")
	known.Store(true)
	x.see("The clock of this computer is 2h0m0s behind", "Set it right.")
	x.press("down").gone("clock of this computer").press("c").see("Copied").gone("clock of this computer").press("ctrl+c").end()
}

// Nothing stops for a log that cannot be written; it is said once.
func TestALogThatCannotBeWrittenIsToldOnce(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	log := logbook.New(filepath.Join(file, "janitor.log"))
	t.Cleanup(func() {
		if err := log.Close(); err == nil {
			t.Error("it could be written")
		}
	})
	log.Logger().Info("janitor begins")
	a.opts.Log = log
	x := open(t, a.opts, 120, 30).see("listed", "Nothing stops, but the log cannot be written: ")
	x.press("down").gone("Nothing stops").press(":", "log", "enter").see("janitor begins", "the log cannot be written")
	x.press("esc").see("1 Pools").press("ctrl+c").end()
	lines, _ := log.Since(0)
	told := 0
	for _, l := range lines {
		if strings.Contains(l.Rest, "Nothing stops") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}
