package main

import "runtime/debug"

// version and commit are set by the build, see the Makefile; else they are what the go command has noted.
var version, commit string

func init() {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	if version == "" {
		version = info.Main.Version // of go install, and of go build in a clone
	}
	if version == "" || version == "(devel)" {
		version = "unreleased"
	}
	if commit == "" {
		commit = noted(info, "vcs.revision")
	}
	if commit == "" {
		commit = "unknown"
	}
}

// noted returns a setting of the build, or nothing.
func noted(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
