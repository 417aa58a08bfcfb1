package main

import (
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// code is a row of the table of errors.
type code struct {
	Names     []string
	Retryable bool
	Text      string
}

var (
	codeRow   = regexp.MustCompile(`^- ([A-Z_]+(?:, [A-Z_]+)*)( \(retryable\))?: (.*)$`)
	repeats   = regexp.MustCompile(`^(Repeatable|Not repeatable|Each repeat|Nothing is replayed)`)
	errorsOf  = regexp.MustCompile(`^(Codes\b|[A-Z]+_[A-Z_]+:)`)
	model     = regexp.MustCompile(`\bas ([a-z]+[A-Z]\w*) does\b`)
	sentences = regexp.MustCompile(`\. [A-Z]`)
	// names are words that are code: a list in brackets, camelCase, a path of such, UPPER_CASE, dotted or snake_cased lower case.
	names = regexp.MustCompile(`\[[a-z_]+(?:, [a-z_]+)*\]|\b(?:[a-z]+\.)?[a-z]+[A-Z]\w*\b|\b[A-Z]+_[A-Z_]+\b|\b[A-Z]{4,}\b|\b[a-z]+[._][a-z_]+\b`)
)

// codesOf takes the list of codes out of a description.
func codesOf(description string) (rest string, codes []code) {
	var kept []string
	listed := false // the last line was a row, which the next may continue
	for line := range strings.Lines(description) {
		line = strings.TrimRight(line, "\n")
		row := codeRow.FindStringSubmatch(line)
		switch {
		case row != nil:
			if codes == nil { // "The code is one of", and an empty line
				kept = append(kept[:max(0, len(kept)-2)], kept[max(0, len(kept)-2)]+" those below.")
			}
			codes = append(codes, code{strings.Split(row[1], ", "), row[2] != "", strings.ToUpper(row[3][:1]) + row[3][1:]})
			listed = true
		case listed && strings.HasPrefix(line, "  "):
			codes[len(codes)-1].Text += " " + strings.TrimSpace(line)
		default:
			kept, listed = append(kept, line), false
		}
	}
	return strings.Join(kept, "\n"), codes
}

// split tells what a description says of the operation, of a repeat, and of errors.
func (r *reference) split(description string) (text, repeat, errs string) {
	for _, s := range sentencesOf(flowing(description)) {
		switch {
		case repeats.MatchString(s):
			repeat = join(repeat, s)
		case errorsOf.MatchString(s):
			s = strings.TrimPrefix(strings.TrimPrefix(s, "Codes: "), "Codes, ")
			errs = join(errs, strings.ToUpper(s[:1])+s[1:])
		default:
			text = join(text, s)
		}
	}
	return text, repeat, errs
}

// modelOf returns the operation that another one does everything like.
func modelOf(text string) string {
	if m := model.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

func sentencesOf(text string) []string {
	var found []string
	for {
		end := sentences.FindStringIndex(text)
		if end == nil {
			return append(found, text)
		}
		found = append(found, text[:end[0]+1])
		text = text[end[0]+2:]
	}
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }

// flowing joins the lines of each paragraph.
func flowing(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

// text is a description as Markdown: names are code, and those that are explained here are links.
func (r *reference) text(description string) string {
	return names.ReplaceAllStringFunc(strings.ReplaceAll(flowing(description), "<", "&lt;"), func(name string) string {
		switch {
		case name[0] == '[':
			return "[`" + strings.ReplaceAll(strings.Trim(name, "[]"), ", ", "`, `") + "`]"
		case r.codes[name]:
			return "[`" + name + "`](#errors)"
		case r.schema.Mutation.Fields.ForName(name) != nil:
			return "[`" + name + "`](#" + anchor("mutation", name) + ")"
		case strings.ToUpper(name) == name && !r.value(name):
			return name // an abbreviation
		default:
			return "`" + name + "`"
		}
	})
}

// cell is text for a cell of a table.
func (r *reference) cell(description string) string {
	return strings.ReplaceAll(strings.ReplaceAll(r.text(description), "|", `\|`), "\n\n", "<br>")
}

// value tells whether an enum has it.
func (r *reference) value(name string) bool {
	for _, d := range r.schema.Types {
		if !d.BuiltIn && d.EnumValues.ForName(name) != nil {
			return true
		}
	}
	return false
}

// linked is a type as Markdown, with a link to where it is explained.
func (r *reference) linked(t *ast.Type) string {
	d := r.schema.Types[t.Name()]
	if d.BuiltIn {
		return "`" + t.String() + "`"
	}
	return "[`" + t.String() + "`](#" + anchor(newDefinition(d).Kind, d.Name) + ")"
}

// anchor is where GitHub puts the heading of these words.
func anchor(words ...string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Join(words, "-")), " ", "-")
}
