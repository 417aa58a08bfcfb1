package graph_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/models"
)

// FuzzDocument: whatever document and variables are sent, they are accepted or refused with a code that says whose fault it
// is, in few words, and the same way when they are sent again.
func FuzzDocument(f *testing.F) {
	s := &stage{executor: graph.New(graph.Options{}), viewer: viewer("planner", models.ScopeAdmin)}
	for _, input := range oddInputs {
		f.Add(input.query, input.variables)
	}
	for _, d := range hostile() {
		if len(d.query) < 20_000 {
			f.Add(d.query, "")
		}
	}
	f.Add(introspectionQuery, `{}`)
	f.Add(`query($f: ReceiptFilter, $a: String) { receipts(filter: $f, after: $a) { nodes { id } } }`,
		`{"f": {"types": "TASK_ASSIGNED", "from": {"kind": "SYSTEM", "id": "\u0000"}, "taskId": 1, "createdAfter": "2026-02-30T00:00:00Z"}, "a": "\ud800"}`)
	f.Fuzz(func(t *testing.T, query, variables string) {
		prepare := func() gqlerror.List {
			params := &graphql.RawParams{Query: query}
			if _, ok := models.ReadText([]byte(variables)); ok { // what is no object is none
				params.Variables = texts(t, variables)
			}
			_, errs := s.executor.CreateOperationContext(s.context(t.Context()), params)
			return errs
		}
		errs := prepare()
		for _, err := range errs {
			code, _ := err.Extensions["code"].(string)
			if typed := models.CodeOf(err); typed != models.CodeInternal {
				code = string(typed)
			}
			switch code {
			case "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX", "BAD_USER_INPUT", "FORBIDDEN", "PAYLOAD_TOO_LARGE":
			default:
				t.Fatalf("%q with %q: %q, %v", query, variables, code, err)
			}
			if len(err.Message) > 4000 {
				t.Fatalf("%d bytes are said of %q", len(err.Message), query)
			}
		}
		if again := prepare(); len(again) != len(errs) {
			t.Fatalf("%q with %q: first %v, then %v", query, variables, errs, again)
		}
	})
}

// FuzzScalars: ids, instants and numbers are read in one form each, and written as they are read.
func FuzzScalars(f *testing.F) {
	for _, text := range []string{
		someID, "{" + someID + "}", "2026-01-02T03:04:05Z", "2026-01-02t03:04:05.123456789+14:00", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
		"2026-01-02T3:04:05Z", "2026-01-02T03:04:05,5Z", "2016-12-31T23:59:60Z", "1", "-0", "2147483648", "1e9", "1.0", "1e400", digits, "\x00", "",
	} {
		f.Add(text)
	}
	written := func(m graphql.Marshaler) string {
		var b strings.Builder
		m.MarshalGQL(&b)
		return b.String()
	}
	refused := func(t *testing.T, text string, err error) bool {
		t.Helper()
		if err != nil && (models.CodeOf(err) != models.CodeBadUserInput || len(err.Error()) > 1000) {
			t.Fatalf("%q: %v", text, err)
		}
		return err != nil
	}
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := graph.UnmarshalUUID(text); !refused(t, text, err) && written(graph.MarshalUUID(id)) != `"`+strings.ToLower(text)+`"` {
			t.Fatalf("%q became %s", text, id)
		}
		if at, err := graph.UnmarshalDateTime(text); !refused(t, text, err) {
			again, err := graph.UnmarshalDateTime(strings.Trim(written(graph.MarshalDateTime(at)), `"`))
			if err != nil || !again.Equal(at.Truncate(time.Microsecond)) || at.Location() != time.UTC {
				t.Fatalf("%q became %s, then %s, %v", text, at, again, err)
			}
		}
		if n, err := graph.UnmarshalInt(json.Number(text)); !refused(t, text, err) {
			if again, err := graph.UnmarshalInt(json.Number(written(graph.MarshalInt(n)))); err != nil || again != n {
				t.Fatalf("%q became %d, then %d, %v", text, n, again, err)
			}
		}
	})
}
