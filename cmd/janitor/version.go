package main

import (
	"regexp"
	"runtime/debug"
	"strings"
)

// version is what this build is called, as the go command stamped it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return versionOf(info)
}

// untagged is how versions end that the go command makes up of a commit: its time and the beginning of its name.
var untagged = regexp.MustCompile(`[-.]\d{14}-[0-9a-f]{12}(\+.*)?$`)

// versionOf is the version that the module was tagged with or, where there is none, the commit: "26ac01738959 of
// 2026-11-26T17:20:57Z, modified".
func versionOf(info *debug.BuildInfo) string {
	var commit, at, modified string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case "vcs.time":
			at = " of " + s.Value
		case "vcs.modified":
			if s.Value == "true" {
				modified = ", modified"
			}
		}
	}
	tagged := info.Main.Version != "" && info.Main.Version != "(devel)" && !untagged.MatchString(info.Main.Version)
	switch {
	case tagged:
		return strings.TrimSuffix(info.Main.Version, "+dirty") + modified
	case commit != "":
		return commit + at + modified
	case info.Main.Version == "" || info.Main.Version == "(devel)":
		return "devel"
	}
	return info.Main.Version
}
