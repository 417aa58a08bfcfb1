package mcp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/client"
)

// seconds is a duration in whole seconds. Its schema keeps it in what a duration can hold; what is allowed where, the API says.
type seconds int

// year is the longest duration that the API takes anywhere.
const year = 365 * 24 * 60 * 60

func (n seconds) duration() time.Duration { return time.Duration(n) * time.Second }

// longestWait is how long a tool waits at most. Hosts give up on tools after a minute, and models have other things to do.
const longestWait = 20 * time.Second

// waitOf is so long, or the longest wait when nothing is said.
func waitOf(asked *seconds) time.Duration {
	if asked == nil {
		return longestWait
	}
	return min(asked.duration(), longestWait)
}

// schemaOf describes a type. Its JSON values may be anything.
func schemaOf[T any]() *jsonschema.Schema {
	schema, err := jsonschema.For[T](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[json.RawMessage](): {},
		reflect.TypeFor[uuid.UUID](): {
			Type: "string", Format: "uuid", Pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
		},
		reflect.TypeFor[seconds](): {Type: "integer", Minimum: new(0.0), Maximum: new(float64(year))},
		reflect.TypeFor[client.ExpectedOutcome](): {
			Type: "string", Enum: []any{client.ExpectAny, client.ExpectResult, client.ExpectArtifact},
		},
	}})
	if err != nil {
		panic(err) // of a type of ours
	}
	return schema
}

// read reads the arguments of a call. Null is as if left out: models that must name all arguments write it.
func read[In any](arguments json.RawMessage, schema *jsonschema.Resolved) (in In, err error) {
	given := map[string]json.RawMessage{}
	if len(arguments) > 0 {
		if err := json.Unmarshal(arguments, &given); err != nil {
			return in, badArguments("they are no JSON object: " + err.Error())
		}
	}
	maps.DeleteFunc(given, func(_ string, value json.RawMessage) bool { return bytes.Equal(value, []byte("null")) })
	if arguments, err = json.Marshal(given); err != nil {
		return in, badArguments(err.Error())
	}
	var values map[string]any
	if err := json.Unmarshal(arguments, &values); err != nil {
		return in, badArguments(err.Error())
	}
	if err := schema.Validate(values); err != nil {
		return in, badArguments(strings.TrimPrefix(err.Error(), "validating root: "))
	}
	if err := json.Unmarshal(arguments, &in); err != nil {
		return in, badArguments(err.Error())
	}
	return in, nil
}

func badArguments(why string) error {
	return &client.Error{Code: client.CodeBadUserInput, Message: fmt.Sprintf("the arguments: %s", why)}
}
