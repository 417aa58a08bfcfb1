package config

import (
	"fmt"
	"sort"
	"strings"

	"github.com/agnivade/levenshtein"
)

// input is what was given, before it is read: flags and variables by setting name.
type input struct {
	flags, env map[string]string
	noMigrate  bool
}

// value returns what was given for s: the flag, else the variable, else the default ("" for a derived one).
func (in input) value(s Setting) (value string, given bool) {
	if v, ok := in.flags[s.Name]; ok {
		return strings.TrimSpace(v), true
	}
	if v, ok := in.env[s.Name]; ok {
		// Compose files and charts write unset variables as empty ones.
		if v = strings.TrimSpace(v); v != "" || s.emptyCounts {
			return v, true
		}
	}
	if s.derived {
		return "", false
	}
	return s.Default, false
}

func (in input) given(name string) bool {
	for _, s := range settings() {
		if s.Name == name {
			_, given := in.value(s)
			return given
		}
	}
	return false
}

// collect sorts arguments and environment by setting. Names of the environment that are no settings are warnings.
func collect(args, environ []string) (input, []string, error) {
	in := input{flags: map[string]string{}, env: map[string]string{}}
	known := map[string]bool{}
	for _, s := range settings() {
		known[s.Name] = true
	}
	var warnings []string
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		name, ours := strings.CutPrefix(name, prefix)
		switch {
		case !ours, isVariable(prefix + name):
		case known[name]:
			in.env[name] = value
		default:
			warnings = append(warnings, fmt.Sprintf("%s%s is not a setting and is ignored; the nearest is %s%s",
				prefix, shown(name), prefix, nearest(name)))
		}
	}
	sort.Strings(warnings)
	return in, warnings, in.readFlags(args, known)
}

// readFlags reads --name value and --name=value.
func (in *input) readFlags(args []string, known map[string]bool) error {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--help" || arg == "-h" || arg == "-help" {
			return ErrHelp
		}
		flag, ok := strings.CutPrefix(arg, "--")
		if !ok || flag == "" {
			return usageErrorf("serve takes flags only, not \"%s\"; see asyncgate serve --help", shown(arg))
		}
		flag, value, hasValue := strings.Cut(flag, "=")
		if flag == "no-migrate" {
			if hasValue && value != "true" && value != "false" {
				return usageErrorf("--no-migrate is %.80q; allowed are true and false", value)
			}
			in.noMigrate = value != "false"
			continue
		}
		name := strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
		if !known[name] || flag != strings.ToLower(flag) {
			return usageErrorf("unknown flag --%s; the nearest is %s", shown(flag), Setting{Name: nearest(name)}.Flag())
		}
		if !hasValue {
			if len(args) == 0 {
				return usageErrorf("--%s needs a value", flag)
			}
			value, args = args[0], args[1:]
		}
		in.flags[name] = value
	}
	return nil
}

// shown is what may be said of a name that is unknown: short, on one line, and of a URL, which may have been meant for a flag,
// no more than its scheme.
func shown(s string) string {
	if scheme, _, isURL := strings.Cut(s, "://"); isURL {
		s = scheme + "://…"
	}
	quoted := fmt.Sprintf("%.80q", s)
	return quoted[1 : len(quoted)-1]
}

// nearest returns the known setting that takes the fewest edits to write as name.
func nearest(name string) string {
	best, distance := "", int(^uint(0)>>1)
	for _, s := range settings() {
		if d := levenshtein.ComputeDistance(name, s.Name); d < distance {
			best, distance = s.Name, d
		}
	}
	return best
}
