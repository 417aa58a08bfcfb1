// Command shorten takes out of gqlgen's code what is spent on fields that have nothing to resolve. It runs after gqlgen, on the
// file that it is given, and fails when it finds nothing to do: gqlgen then writes other code than it knows.
//
// gqlgen gives each field a context of its own and half a dozen functions, for resolvers and what stands around them. A field
// that only reads a value of its object has none of these: its value is written at once. So is one with fields below, like a
// principal, when all of them are such fields. What else is exchanged for what graph/lists.go has, says there why.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "shorten:", err)
		os.Exit(1)
	}
}

func run(path string) error {
	code, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	short, err := shorten(code)
	if err != nil {
		return err
	}
	return os.WriteFile(path, short, 0o600)
}

// replaced are gqlgen's functions and ours in their place.
var replaced = [][2]string{
	{"graphql.NewDeferredGroup(ctx)", "deferredGroup(ctx, fields)"},
	{"graphql.MarshalSliceConcurrently(", "marshalList("},
	{"\treturn out\n", "\treturn &object{fields, out.Values}\n"},
}

func shorten(code []byte) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "", code, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s := source{code: code, files: files, fields: map[string]*field{}, children: map[string]string{}}
	s.read(file)
	var out bytes.Buffer
	done, count := 0, 0
	for _, name := range s.order {
		if f := s.fields[name]; s.plain(f) {
			out.Write(code[done:f.start])
			fmt.Fprintf(&out, "{\n\treturn %s(ctx, field.Selections, %s)\n}", f.marshal, f.value)
			done = f.end
			count++
		}
	}
	out.Write(code[done:])
	if count == 0 {
		return nil, errors.New("no field is plain")
	}
	text := out.String()
	for _, pair := range replaced {
		if !strings.Contains(text, pair[0]) {
			return nil, fmt.Errorf("%s is nowhere", pair[0])
		}
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return format.Source([]byte(text))
}

// field is a function that resolves a field of an object.
type field struct {
	object     string
	start, end int // of its body
	// value is what it reads, and marshal the function that writes it; "" when it does anything else.
	value, marshal string
	// context names the function that makes its context.
	context string
}

// source is gqlgen's code, as far as fields go.
type source struct {
	code   []byte
	files  *token.FileSet
	fields map[string]*field // by the function's name
	order  []string
	// children are the objects that fields have, by the name of the function that makes their context; "" for scalars.
	children map[string]string
}

var (
	resolves = regexp.MustCompile(`^_([A-Za-z]+)_[A-Za-z]+$`)
	contexts = regexp.MustCompile(`childFields_([A-Za-z]+)\(`)
	reads    = regexp.MustCompile(`^return (obj\.[A-Za-z.]+(?:\(\))?), nil$`)
	writes   = regexp.MustCompile(`^return (ec\.[^(]+)\(ctx, selections, v\)$`)
	makes    = regexp.MustCompile(`^return ec\.(fieldContext_[A-Za-z_]+)\(ctx, field\)$`)
)

func (s *source) read(file *ast.File) {
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Recv == nil {
			continue
		}
		name := function.Name.Name
		if strings.HasPrefix(name, "fieldContext_") {
			s.children[name] = ""
			if m := contexts.FindStringSubmatch(s.text(function.Body)); m != nil {
				s.children[name] = m[1]
			}
		} else if m := resolves.FindStringSubmatch(name); m != nil {
			s.order = append(s.order, name)
			s.fields[name] = s.field(m[1], function.Body)
		}
	}
}

// field reads the one statement of a function: a call with the field's context, its value, what stands between, and how it is
// written.
func (s *source) field(object string, body *ast.BlockStmt) *field {
	f := &field{object: object, start: s.offset(body.Pos()), end: s.offset(body.End())}
	statement, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(statement.Results) != 1 {
		return f
	}
	call, ok := statement.Results[0].(*ast.CallExpr)
	if !ok || s.text(call.Fun) != "graphql.ResolveField" || s.text(call.Args[5]) != "nil" {
		return f
	}
	value, marshal, context := s.match(reads, call.Args[4]), s.match(writes, call.Args[6]), s.match(makes, call.Args[3])
	if value != "" && marshal != "" && context != "" {
		f.value, f.marshal, f.context = value, marshal, context
	}
	return f
}

// match returns what a pattern finds in a function's only statement.
func (s *source) match(pattern *regexp.Regexp, expression ast.Expr) string {
	function, ok := expression.(*ast.FuncLit)
	if !ok || len(function.Body.List) != 1 {
		return ""
	}
	m := pattern.FindStringSubmatch(s.text(function.Body.List[0]))
	if m == nil {
		return ""
	}
	return m[1]
}

// plain tells whether a field only reads a value, and so do all below it.
func (s *source) plain(f *field) bool {
	if f.value == "" {
		return false
	}
	object, known := s.children[f.context]
	if !known {
		return false
	}
	if object == "" {
		return true
	}
	for _, child := range s.fields {
		if child.object == object && !s.plain(child) {
			return false
		}
	}
	return true
}

func (s *source) text(node ast.Node) string {
	return string(s.code[s.offset(node.Pos()):s.offset(node.End())])
}

func (s *source) offset(at token.Pos) int { return s.files.Position(at).Offset }
