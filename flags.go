package main

import (
	"flag"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// newFlags makes the flags of a command. name is the command's words; serve has flags of its own, in config.
func newFlags(name string) *flag.FlagSet { return flag.NewFlagSet(name, flag.ContinueOnError) }

// parse reads a command's arguments: flags, and before, between or behind them a word for each of words, which is left empty
// when there is none. help is the usage line and what the command does; done is true when it was asked for and given. Errors
// are bad usage: one line that says what to do. Package flag only holds the values: it would write the flags with one dash, and
// print the help to whoever mistyped.
func (p process) parse(f *flag.FlagSet, help string, args []string, words ...*string) (done bool, err error) {
	see := "see asyncgate " + f.Name() + " --help"
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--help" || arg == "-help" || arg == "-h" {
			p.help(f, help)
			return true, nil
		}
		if len(words) > 0 && !strings.HasPrefix(arg, "-") {
			*words[0], words = arg, words[1:]
			continue
		}
		name, ok := strings.CutPrefix(arg, "--")
		name, value, given := strings.Cut(name, "=")
		switch {
		case !ok || name == "":
			return false, usageErrorf("%s takes no %.80q; %s", f.Name(), arg, see)
		case f.Lookup(name) == nil:
			return false, usageErrorf("%s has no flag --%.80s; %s", f.Name(), name, see)
		case !given && isSwitch(f.Lookup(name)):
			value = "true"
		case !given && len(args) == 0:
			return false, usageErrorf("--%s needs a value; %s", name, see)
		case !given:
			value, args = args[0], args[1:]
		}
		if err := f.Set(name, value); err != nil {
			return false, usageErrorf("--%s: %v; %s", name, err, see)
		}
	}
	return false, nil
}

// help prints the help of a command, its flags as serve shows them.
func (p process) help(f *flag.FlagSet, help string) {
	_, _ = fmt.Fprintf(p.stdout, "Usage: asyncgate %s\n", help)
	f.VisitAll(func(flag *flag.Flag) {
		value := " VALUE"
		if isSwitch(flag) {
			value = ""
		}
		_, _ = fmt.Fprintf(p.stdout, "\n  --%s%s\n      %s\n", flag.Name, value, flag.Usage)
	})
}

// isSwitch tells whether a flag is on when it is there, as package flag tells it.
func isSwitch(f *flag.Flag) bool {
	v, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && v.IsBoolFlag()
}

// uuidInto sets a flag whose value is a UUID.
func uuidInto(to **uuid.UUID) func(text string) error {
	return func(text string) error {
		id, err := parseUUID(text)
		*to = &id
		return err
	}
}

func parseUUID(text string) (uuid.UUID, error) {
	id, ok := models.ParseID(text)
	if !ok {
		return uuid.Nil, fmt.Errorf("%.80q is no UUID such as 00000000-0000-0000-0000-000000000000", text)
	}
	return id, nil
}
