// Package scenario plays stories: files of testdata/scenarios, in which clients call the API over HTTP and say what they
// expect to be answered, streamed and written to the ledger. testdata/scenarios/README.md describes the files.
//
// The room owes whoever writes a story a failure that names file, line and step and shows what is different. It sees the
// server as any client does, by its address: it must never know how the server works, import another room, or wait for time
// to pass otherwise than by asking again until a deadline.
package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// File is a file of stories.
type File struct {
	// Server are the settings that the stories need, as variables; those not named have their defaults.
	Server  map[string]string `yaml:"server"`
	Stories []*Story          `yaml:"stories"`
}

// Story is played in tenants of its own, so that stories don't meet.
type Story struct {
	Name  string  `yaml:"story"`
	Steps []*Step `yaml:"steps"`

	file string
}

// Step is one thing that happens. It is one of four, told by Do, End, Subscribe or Gives.
type Step struct {
	// As is the caller, kind:id. Tenant is another tenant than the story's own, under a name of the story's.
	As     string `yaml:"as"`
	Tenant string `yaml:"tenant"`
	// Scopes make the caller an API key of that principal and tenant; Acts is whom it acts as, X-Principal.
	Scopes []string `yaml:"scopes"`
	Acts   string   `yaml:"acts"`
	// Do is a query or mutation: the name of an operation, or a document. With is its variables.
	Do   string `yaml:"do"`
	With value  `yaml:"with"`
	// Begin is a name for a call whose answer is not waited for; End is that name in the step that takes the answer.
	Begin string `yaml:"begin"`
	End   string `yaml:"end"`
	// Times is how many callers make the call at once. Eventually repeats it until the answer is as expected.
	Times      int  `yaml:"times"`
	Eventually bool `yaml:"eventually"`
	// Expect is what the answer's data must contain, Refused the code of its error.
	Expect  value  `yaml:"expect"`
	Refused string `yaml:"refused"`
	// Subscribe is a subscription, like Do. Stream is a name for it, and names it in the step that takes events: Gives.
	Subscribe string `yaml:"subscribe"`
	Stream    string `yaml:"stream"`
	Gives     value  `yaml:"gives"`
	// Writes are all the receipts that the step writes to its tenant's ledger; Ledger are the newest receipts there when the
	// step is over, whenever they were written.
	Writes value `yaml:"writes"`
	Ledger value `yaml:"ledger"`
	// Save are names for values of the answer, by their path.
	Save map[string]string `yaml:"save"`

	line int
}

// Load reads a file. Its errors name the line.
func Load(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &File{}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var names []string
	for _, s := range f.Stories {
		s.file = path
		if err := s.check(); err != nil {
			return nil, err
		}
		if slices.Contains(names, s.Name) {
			return nil, fmt.Errorf("%s: there are two stories %q", path, s.Name)
		}
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: it has no stories", path)
	}
	return f, nil
}

// UnmarshalYAML reads a step and notes its line.
func (s *Step) UnmarshalYAML(node ast.Node) error {
	type plain Step
	if err := yaml.NodeToValue(node, (*plain)(s), yaml.Strict()); err != nil {
		return err
	}
	s.line = firstLine(node)
	return nil
}

func (s *Story) check() error {
	if s.Name == "" || len(s.Steps) == 0 {
		return fmt.Errorf("%s: each story has a name (story:) and steps", s.file)
	}
	for _, step := range s.Steps {
		if err := step.check(); err != nil {
			return fmt.Errorf("%s:%d: %w", s.file, step.line, err)
		}
	}
	return nil
}

// check sees that a step is one of the four things and has no word of another.
func (s *Step) check() error {
	call, subscribes := s.Do != "", s.Subscribe != ""
	ends, takes := s.End != "", s.Gives.given
	things := 0
	for _, is := range []bool{call, subscribes, ends, takes} {
		if is {
			things++
		}
	}
	asks := call || subscribes
	switch {
	case things != 1:
		return errors.New("a step has exactly one of do, end, subscribe and gives")
	case asks != (s.As != ""):
		return errors.New("do and subscribe need the caller, as: kind:id; other steps have none")
	case !asks && (s.With.given || s.Tenant != "" || s.Scopes != nil):
		return errors.New("with, tenant and scopes belong to do and subscribe")
	case s.Acts != "" && s.Scopes == nil:
		return errors.New("acts belongs to a caller with scopes: without, as says it")
	case !call && (s.Begin != "" || s.Eventually || s.Times != 0 || s.Writes.given || s.Ledger.given):
		return errors.New("begin, eventually, times, writes and ledger belong to do")
	case s.Writes.given && !s.Writes.isList() || s.Ledger.given && !s.Ledger.isList() || takes && !s.Gives.isList():
		return errors.New("writes, ledger and gives are lists")
	case (subscribes && s.Refused == "" || takes) != (s.Stream != ""):
		return errors.New("stream names the stream of subscribe and gives, and of nothing else")
	case s.Begin != "" && s.answered():
		return errors.New("the answer of a call that begins is taken by the step with end")
	case s.Refused != "" && (s.Expect.given || s.Save != nil || takes):
		return errors.New("what is refused answers with nothing else")
	}
	return nil
}

func (s *Step) answered() bool {
	return s.Expect.given || s.Refused != "" || s.Save != nil || s.Eventually || s.Times != 0 || s.Writes.given || s.Ledger.given
}

// String says what the step is about.
func (s *Step) String() string {
	switch {
	case s.Do != "":
		return s.As + " " + short(s.Do)
	case s.Subscribe != "":
		return s.As + " subscribes to " + short(s.Subscribe)
	case s.End != "":
		return "the end of " + s.End
	default:
		return "the stream " + s.Stream
	}
}

// short cuts what is too long to be read in an error.
func short(text string) string {
	const enough = 500
	if r := []rune(text); len(r) > enough {
		return string(r[:enough]) + "…"
	}
	return text
}
