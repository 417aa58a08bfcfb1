package mcp

import (
	"encoding/json"
	"errors"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// refusal is the answer to what is no message. The SDK's would leave an id out that is not known, where JSON-RPC wants null.
type refusal struct {
	Version string        `json:"jsonrpc"`
	ID      any           `json:"id"`
	Error   jsonrpc.Error `json:"error"`
}

// refusalOf is the answer to a line that could not be read as a message. Its id is that of the line, as far as there is one: who
// waits for an answer gets it.
func refusalOf(line []byte, cause error) []byte {
	r := refusal{Version: "2.0", Error: jsonrpc.Error{Code: jsonrpc.CodeInvalidRequest, Message: cause.Error()}}
	var message struct {
		ID any `json:"id"`
	}
	err := json.Unmarshal(line, &message)
	switch id := message.ID.(type) {
	case string, float64:
		r.ID = id
	}
	if malformed := new(json.SyntaxError); errors.As(err, &malformed) {
		r.Error = jsonrpc.Error{Code: jsonrpc.CodeParseError, Message: "the line is no JSON: " + malformed.Error()}
	} else if err != nil {
		r.Error.Message = "the line is no message, which is one JSON object; batches of them are not taken"
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // of a string, a number and texts
	}
	return text
}
