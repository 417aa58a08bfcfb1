package graph

import (
	"encoding/json"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// MarshalUUID writes an id. gqlgen's own writes the nil UUID, which is a tenant like any other, as null.
func MarshalUUID(id uuid.UUID) graphql.Marshaler { return graphql.MarshalString(id.String()) }

// UnmarshalUUID reads an id; BAD_USER_INPUT when it is malformed.
func UnmarshalUUID(v any) (uuid.UUID, error) {
	s, _ := v.(string)
	return parseID("id", s)
}

// MarshalInt writes an Int.
func MarshalInt(i int) graphql.Marshaler { return graphql.MarshalInt(i) }

// UnmarshalInt reads an Int; BAD_USER_INPUT when it does not fit into 32 bits.
func UnmarshalInt(v any) (int, error) {
	switch v := v.(type) {
	case int64:
		return int32OrError(v, strconv.FormatInt(v, 10))
	case int:
		return int32OrError(int64(v), strconv.Itoa(v))
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int32OrError(int64(v), strconv.FormatFloat(v, 'f', -1, 64))
		}
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return int32OrError(i, v.String())
		}
	}
	return 0, models.Errorf(models.CodeBadUserInput, "%.40s is no 32-bit integer", printed(v))
}

func int32OrError(i int64, text string) (int, error) {
	if i < math.MinInt32 || i > math.MaxInt32 {
		return 0, errIntRange(text)
	}
	return int(i), nil
}

func errIntRange(text string) *models.Error {
	return models.Errorf(models.CodeBadUserInput, "%.40s does not fit into 32 bits; allowed are %d to %d",
		text, math.MinInt32, math.MaxInt32)
}

// MarshalJSON writes a JSON value as it is kept; what is absent as null.
func MarshalJSON(j models.JSON) graphql.Marshaler {
	if j == "" {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { io.WriteString(w, string(j)) })
}

// UnmarshalJSON takes a JSON value, which the coercion of variables and literals has made canonical; see coerce.go.
func UnmarshalJSON(v any) (models.JSON, error) { return models.CanonicalJSON(v) }

// MarshalDateTime writes an instant as every body and log does.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { io.WriteString(w, `"`+models.FormatTime(t)+`"`) })
}

// rfc3339 is the form of an instant. time.Parse also takes hours of one digit and a comma before the fraction.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$`)

// UnmarshalDateTime reads an instant with an offset; BAD_USER_INPUT when it is malformed or its year, in UTC, has not
// four digits.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	if err != nil || !rfc3339.MatchString(s) {
		return time.Time{}, models.Errorf(models.CodeBadUserInput,
			"%.64s is no instant; write RFC 3339 with an offset, for example 2026-01-02T03:04:05Z", printed(v))
	}
	t = t.UTC()
	if year := t.Year(); year < 1 || year > 9999 {
		return time.Time{}, models.Errorf(models.CodeBadUserInput, "%q lies outside the years 0001 to 9999", s)
	}
	return t, nil
}

// printed shows a refused value in a message.
func printed(v any) string {
	text, err := models.CanonicalJSON(v)
	if err != nil {
		return "the value"
	}
	return string(text)
}

// parseID reads an id; BAD_USER_INPUT, naming the field, for anything else.
func parseID(field, text string) (uuid.UUID, error) {
	id, ok := models.ParseID(text)
	if !ok {
		return uuid.Nil, models.Errorf(models.CodeBadUserInput,
			"%s: %.64q is not a UUID such as 123e4567-e89b-12d3-a456-426614174000", field, text)
	}
	return id, nil
}
