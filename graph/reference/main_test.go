package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const shelf = `
directive @requires(scope: Scope!) on FIELD_DEFINITION
"A right."
enum Scope {
  "May read. [title, first_line]"
  READ
  "May write."
  WRITE @deprecated(reason: "Use READ.")
}
"A book."
type Book {
  "Its title."
  title(
    "In this language | or any."
    language: String = "en"
  ): String @requires(scope: READ)
}
"Reads."
type Query {
  "All books. BAD_USER_INPUT: a first below 1."
  books(
    "How many."
    first: Int = 50
  ): [Book!]! @requires(scope: READ)
}
"Where it stands."
input ShelveBookInput {
  "1 < row."
  row: Int = 1
}
"What stands there."
type ShelveBookPayload {
  "The book."
  book: Book!
}
"""
Writes. The code is one of

- NOT_FOUND: there is
  none.
- UNAVAILABLE, GONE_AWAY (retryable): come back.

Nothing else.
"""
type Mutation {
  "Shelves a book. Repeatable: it stands there. Codes: NOT_FOUND (the row), GONE_AWAY."
  shelveBook(
    "Where."
    input: ShelveBookInput!
  ): ShelveBookPayload! @requires(scope: WRITE)
  "Shelves books as shelveBook does."
  shelveBooks(
    "Where."
    inputs: [ShelveBookInput!]!
  ): [ShelveBookPayload!]! @deprecated(reason: "Use shelveBook.")
}
"Streams."
type Subscription {
  "Books that arrive."
  arrived(
    "Behind it."
    after: String
  ): Book!
}
`

var shelves = []group{{"Shelve", "For librarians.", []string{
	"mutation shelveBook", "mutation shelveBooks", "query books", "subscription arrived",
}}}

// TestReference: each part of a description is where it is looked for.
func TestReference(t *testing.T) {
	t.Parallel()
	page, err := render(shelf, shelves)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| [Shelve](#shelve) | [shelveBook](#mutation-shelvebook), [shelveBooks](#mutation-shelvebooks), [books](#query-books), [arrived](#subscription-arrived) |\n",
		"**Mutations.** Writes. The code is one of those below.\n\nNothing else.\n",
		"| `NOT_FOUND` | no | There is none. |\n| `UNAVAILABLE`, `GONE_AWAY` | yes | Come back. |\n",
		"### mutation shelveBook\n\n```graphql\nshelveBook(input: ShelveBookInput!): ShelveBookPayload!\n```\n\nShelves a book.\n\n" +
			"- **Scope:** [`WRITE`](#enum-scope)\n- **Errors:** [`NOT_FOUND`](#errors) (the row), [`GONE_AWAY`](#errors).\n" +
			"- **A repeat:** Repeatable: it stands there.\n- **Returns:** [`ShelveBookPayload!`](#type-shelvebookpayload)\n\n#### input ShelveBookInput\n",
		"| `row` | `Int` | `1` | 1 &lt; row. |\n",
		"**Deprecated.** Use [`shelveBook`](#mutation-shelvebook).\n\nShelves books as [`shelveBook`](#mutation-shelvebook) does.\n",
		"- **Errors:** Those of [`shelveBook`](#mutation-shelvebook).\n- **A repeat:** Like that of [`shelveBook`](#mutation-shelvebook).\n",
		"| `inputs` | [`[ShelveBookInput!]!`](#input-shelvebookinput) |  | Where. |\n",
		"- **Errors:** BAD_USER_INPUT: a first below 1.\n- **A repeat:** Safe",
		"- **A repeat:** With `after`, the stream goes on behind that cursor.\n",
		"| `READ` | May read. [`title`, `first_line`] |\n",
		"| `WRITE` | **Deprecated.** Use `READ`. May write. |\n",
		"| `title` | `String` | Its title.<br>`language: String = \"en\"`: In this language \\| or any.<br>Scope: [`READ`](#enum-scope) |\n",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("it lacks:\n%s", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", page)
	}
}

// TestGroups: an operation that nobody would find stops the build.
func TestGroups(t *testing.T) {
	t.Parallel()
	for want, names := range map[string][]string{
		"subscription arrived is in no group":                     {"mutation shelveBook", "mutation shelveBooks", "query books"},
		"query books is in a group twice":                         {"query books", "query books"},
		"query shelves is in a group twice, or not in the schema": {"query shelves"},
	} {
		if _, err := render(shelf, []group{{"", "", names}}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: %v, want %s", names, err, want)
		}
	}
}

func mustReadSchema(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "schema.graphqls"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestMutationsTellWhatACallerNeeds: which errors to expect, and whether to call again after a lost answer.
func TestMutationsTellWhatACallerNeeds(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: mustReadSchema(t)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReference(schema, groups)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range r.Groups {
		for _, o := range g.Operations {
			if o.Kind == "mutation" && (o.Errors == "" || o.Repeat == "" || o.Scope == "") {
				t.Errorf("%s: errors %q, a repeat %q, scope %q", o.Name, o.Errors, o.Repeat, o.Scope)
			}
			if o.Text == "" || o.Kind != "query" && o.Repeat == "" {
				t.Errorf("%s %s: text %q, a repeat %q", o.Kind, o.Name, o.Text, o.Repeat)
			}
		}
	}
}

var (
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	link    = regexp.MustCompile(`\]\(#([^)]*)\)`)
)

// TestLinks: each link within the page leads to one heading.
func TestLinks(t *testing.T) {
	t.Parallel()
	page, err := render(mustReadSchema(t), groups)
	if err != nil {
		t.Fatal(err)
	}
	headings := map[string]int{}
	for _, h := range heading.FindAllStringSubmatch(string(page), -1) {
		headings[anchor(h[1])]++
	}
	links := link.FindAllStringSubmatch(string(page), -1)
	for _, l := range links {
		if headings[l[1]] != 1 {
			t.Errorf("#%s leads to %d headings", l[1], headings[l[1]])
		}
	}
	if len(links) < 100 {
		t.Errorf("%d links", len(links))
	}
}
