package main

import (
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	const commit = "26ac01738959f00dfeed00000000000000000000"
	for _, e := range []struct{ module, revision, time, modified, want string }{
		{"(devel)", "", "", "", "devel"},
		{"", "", "", "", "devel"},
		{"(devel)", commit, "2026-11-26T17:20:57Z", "false", "26ac01738959 of 2026-11-26T17:20:57Z"},
		{"(devel)", commit, "2026-11-26T17:20:57Z", "true", "26ac01738959 of 2026-11-26T17:20:57Z, modified"},
		{"v0.0.0-20261126172057-26ac01738959", commit, "2026-11-26T17:20:57Z", "false", "26ac01738959 of 2026-11-26T17:20:57Z"},
		{"v1.4.1-0.20261126172057-26ac01738959+dirty", commit, "2026-11-26T17:20:57Z", "true", "26ac01738959 of 2026-11-26T17:20:57Z, modified"},
		{"v0.0.0-20261126172057-26ac01738959", "", "", "", "v0.0.0-20261126172057-26ac01738959"}, // go install of the module
		{"v1.4.0", commit, "2026-11-26T17:20:57Z", "false", "v1.4.0"},
		{"v1.4.0+dirty", commit, "2026-11-26T17:20:57Z", "true", "v1.4.0, modified"},
		{"(devel)", "26ac", "", "", "26ac"},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: e.module}}
		for _, s := range []debug.BuildSetting{{Key: "vcs.revision", Value: e.revision}, {Key: "vcs.time", Value: e.time}, {Key: "vcs.modified", Value: e.modified}} {
			if s.Value != "" {
				info.Settings = append(info.Settings, s)
			}
		}
		if got := versionOf(info); got != e.want {
			t.Errorf("%+v is called %q", e, got)
		}
	}
}
