// Command reference writes the API reference, docs/api.md, from the schema. What a name means stands in schema.graphqls and
// nowhere else; this only puts it in the order in which somebody looks for it.
//
// Descriptions keep to a form that it reads: a sentence that begins with the code of an error, or with "Codes", tells the
// errors; one that begins with "Repeatable", "Not repeatable", "Each repeat" or "Nothing is replayed" tells what a repeat does.
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"text/template"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed api.md.tmpl
var layout string

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

// run reads the schema and writes the document.
func run(schema, document string) error {
	text, err := os.ReadFile(schema)
	if err != nil {
		return err
	}
	page, err := render(string(text), groups)
	if err != nil {
		return fmt.Errorf("%s: %w", schema, err)
	}
	return os.WriteFile(document, page, 0o600)
}

// render returns the document of a schema whose operations are in these groups.
func render(text string, groups []group) ([]byte, error) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: text})
	if err != nil {
		return nil, err
	}
	r, err := newReference(schema, groups)
	if err != nil {
		return nil, err
	}
	page, err := template.New("api.md").Funcs(template.FuncMap{
		"text": r.text, "cell": r.cell, "type": r.linked, "anchor": anchor, "argument": argument,
	}).Parse(layout)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, r); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
