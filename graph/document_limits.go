package graph

import (
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/asyncgate/asyncgate/models"
)

// What a document may be before the validator looks at it, whose work grows with some squares. Whoever needs more passes
// values as variables.
const (
	// maxDocument bounds the text, in bytes: four of the largest payloads.
	maxDocument = 4 << 20
	// maxTokens bounds what the text consists of, comments included.
	maxTokens = 15_000
	// maxRepeats bounds the sum of the squares of how often each name is selected in a document, and of twice its fragments. The
	// validator compares fields of the same name, and fragments, each with each; this many pairs take it two tenths of a second.
	maxRepeats = 2_000_000
	// maxNested bounds the text of the values in a document, counted again for each list and object that holds it, in bytes: a
	// value of a wrong type is printed at each of these levels.
	maxNested = 64 << 20
)

// What is said about a document: so many errors, each so long in bytes. The validator prints what it refuses, whatever its
// size.
const (
	maxShownErrors  = 20
	maxShownMessage = 1000
)

// maxHelped bounds, in bytes, the documents about whose misspelt names it is said what may have been meant: to find that takes
// as many comparisons as there are names.
const maxHelped = 16 << 10

// checkSize refuses documents that are not worth parsing: QUERY_TOO_COMPLEX.
func checkSize(text string) error {
	if len(text) > maxDocument {
		return models.Errorf(models.CodeQueryTooComplex,
			"the document has %d bytes; allowed are %d; pass values as variables", len(text), maxDocument)
	}
	return nil
}

// checkRepeats refuses documents that would take the validator long: QUERY_TOO_COMPLEX.
func checkRepeats(query *ast.QueryDocument) error {
	r := &repeats{fields: map[string]int{}, spreads: map[string]int{}}
	visit := visitor{selection: r.selection, value: func(v *ast.Value) { r.value(v) }}
	for _, op := range query.Operations {
		for _, variable := range op.VariableDefinitions {
			r.value(variable.DefaultValue)
			visit.directives(variable.Directives)
		}
		visit.directives(op.Directives)
		visit.selections(op.SelectionSet)
	}
	for _, fragment := range query.Fragments {
		visit.directives(fragment.Directives)
		visit.selections(fragment.SelectionSet)
	}
	if r.nested > maxNested {
		return models.Errorf(models.CodeQueryTooComplex,
			"the values in the document have %d bytes, each counted once for every list and object around it; allowed are %d; "+
				"pass values as variables", r.nested, maxNested)
	}
	// A spread of a fragment that does not exist is compared like any other, and each from both of its sides.
	most, times := "fragments", max(len(query.Fragments), len(r.spreads))
	sum, repeated := 4*times*times, 0
	if times > 1 {
		repeated++
	}
	for _, counts := range []map[string]int{r.fields, r.spreads} {
		for name, n := range counts {
			sum += n * n
			if n > 1 {
				repeated++
			}
			if n > times {
				most, times = name, n
			}
		}
	}
	if sum > maxRepeats {
		others := ""
		if repeated > 1 {
			others = ", and other names"
		}
		return models.Errorf(models.CodeQueryTooComplex,
			"the document repeats %.64s %d times%s, which makes %d comparisons; allowed are %d; "+
				"select a field once in each place, or ask for less at once", most, times, others, sum, maxRepeats)
	}
	return nil
}

// repeats counts how often names are selected, and fragments spread, and how long the values are with all that holds them.
type repeats struct {
	fields, spreads map[string]int
	nested          int
}

func (r *repeats) selection(selection ast.Selection) {
	switch n := selection.(type) {
	case *ast.Field:
		r.fields[n.Alias]++
	case *ast.FragmentSpread:
		r.spreads[n.Name]++
	}
}

// value returns about how long v is when it is printed.
func (r *repeats) value(v *ast.Value) int {
	if v == nil {
		return 0
	}
	size := len(v.Raw) + 2
	for _, child := range v.Children {
		size += len(child.Name) + r.value(child.Value)
	}
	r.nested += size
	return size
}

// rulesFor returns the validator's rules for a document with this text.
func rulesFor(text string) *rules.Rules {
	r := rules.NewDefaultRules()
	if len(text) > maxHelped {
		r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
		r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
		r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
		r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	}
	return r
}

// cut shortens what is said about a document to maxShownMessage bytes.
func cut(message string) string {
	if len(message) <= maxShownMessage {
		return message
	}
	end := maxShownMessage
	for end > 0 && !utf8.RuneStart(message[end]) {
		end--
	}
	return strings.Clone(message[:end]) + "…"
}
