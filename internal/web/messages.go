package web

import (
	"encoding/json"
	"errors"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/models"
)

// The messages of graphql-transport-ws. What the protocol does not know closes the socket with 4400.
const (
	typeInit      = "connection_init"
	typeAck       = "connection_ack"
	typePing      = "ping"
	typePong      = "pong"
	typeSubscribe = "subscribe"
	typeNext      = "next"
	typeError     = "error"
	typeComplete  = "complete"
)

type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
	// tooDeep is what is wrong with a message whose payload can't be read, though the rest can.
	tooDeep error
}

// parseMessage reads a message from a client. Names count exactly as written.
func parseMessage(data []byte) (message, error) {
	var fields map[string]json.RawMessage
	var tooDeep error
	err := json.Unmarshal(data, &fields)
	if err != nil {
		if shallow, cut := cutDeep(data); cut {
			_, tooDeep = models.ParseJSON(data)
			err = json.Unmarshal(shallow, &fields)
		}
	}
	if err != nil || fields == nil {
		return message{}, closing(closeBadMessage, "%s", models.MessageOf(errNoObject("Invalid message", data, ": no JSON object")))
	}
	m := message{Payload: fields["payload"], tooDeep: tooDeep}
	if string(m.Payload) == "null" {
		m.Payload = nil
	}
	if json.Unmarshal(fields["type"], &m.Type) != nil {
		return message{}, closing(closeBadMessage, "Invalid message: type must be a string")
	}
	if id, ok := fields["id"]; ok && json.Unmarshal(id, &m.ID) != nil {
		return message{}, closing(closeBadMessage, "Invalid message: id must be a string")
	}
	return m, nil
}

// cutDeep returns JSON text without what is nested deeper than the API takes, and tells whether there was any. Its work and
// memory do not grow with the nesting; the rest of a malformed text stays as malformed.
func cutDeep(text []byte) (shallow []byte, cut bool) {
	depth, quoted, kept := 0, false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth == models.MaxJSONDepth+1 {
				shallow, cut = append(shallow, text[kept:i+1]...), true
			}
		case c == ']' || c == '}':
			if depth == models.MaxJSONDepth+1 {
				kept = i
			}
			depth--
		}
	}
	if depth > models.MaxJSONDepth {
		return shallow, cut // it breaks off within
	}
	return append(shallow, text[kept:]...), cut
}

// handle answers one message; an error ends the socket. leave is called when nothing needs the message's memory any more.
func (c *socket) handle(data []byte, leave func()) (err error) {
	kept := false
	defer func() {
		if !kept {
			leave()
		}
	}()
	defer func() {
		if value := recover(); value != nil {
			err = closing(closeInternal, "%s", models.MessageOf(c.s.panicked(c.ctx, value)))
		}
	}()
	m, err := parseMessage(data)
	if err != nil {
		return err
	}
	if m.tooDeep != nil && m.Type != typeSubscribe {
		return closing(closeBadMessage, "Invalid message: %s", models.MessageOf(m.tooDeep))
	}
	switch m.Type {
	case typeInit:
		return c.handleInit(m)
	case typePing, typePong:
		if len(m.Payload) > 0 && m.Payload[0] != '{' {
			return closing(closeBadMessage, "Invalid message: payload of %s must be an object", m.Type)
		}
		if m.Type == typePing {
			c.write(message{Type: typePong, Payload: m.Payload})
		}
		return nil
	case typeSubscribe:
		kept, err = c.handleSubscribe(m, leave)
		return err
	case typeComplete:
		if m.ID == "" {
			return closing(closeBadMessage, "Invalid message: complete needs an id")
		}
		c.complete(m.ID)
		return nil
	default:
		return closing(closeBadMessage, "Invalid message: unknown type %.40q", m.Type)
	}
}

// handleInit authenticates, by the headers of the handshake and the payload together.
func (c *socket) handleInit(m message) error {
	if c.acknowledged {
		return closing(closeTooManyInits, "Too many initialisation requests")
	}
	c.initTimer.Stop()
	credentials, err := initCredentials(m.Payload)
	if err == nil {
		c.viewer, err = c.s.authenticate(c.ctx, c.header, credentials)
	}
	if err != nil {
		return c.refusal(err)
	}
	c.tally.identify(c.viewer)
	c.known, c.header, c.acknowledged = auth.WithViewer(c.ctx, c.viewer), nil, true
	c.ws.SetReadLimit(c.s.opt.MaxBody + envelopeBytes)
	c.write(message{Type: typeAck})
	c.watch() // only now: it may be the end
	return nil
}

// refusal is the end of a socket because of what is wrong with its credential. The code is that of what is wrong also when it
// was wrong too often: 4401 and 4403 are what clients do not try again by themselves, and 4429 would say that they sent
// connection_init twice. The reason tells of the limit.
func (c *socket) refusal(err error) error {
	if e := new(closeError); errors.As(err, &e) {
		return e
	}
	code := closeInternal
	switch models.CodeOf(err) {
	case models.CodeUnauthenticated:
		code = closeUnauthorized
	case models.CodeForbidden:
		code = closeForbidden
	case models.CodeUnavailable, models.CodeRateLimited:
		code = closeTryAgainLater
	}
	if limited := c.tally.another().refusal(c.ctx, err); limited != nil {
		err = limited
	}
	c.s.pace(c.ctx, err)
	shown := c.s.problem(c.ctx, err).Errors[0]
	return closing(code, "%s: %s", shown.Extensions["code"], shown.Message)
}

// handleSubscribe starts an operation. Variables that are nested too deep, or too many, are the fault of one operation: the
// others go on. kept tells that the operation runs, and calls leave.
func (c *socket) handleSubscribe(m message, leave func()) (kept bool, err error) {
	if !c.acknowledged {
		return false, closing(closeUnauthorized, "Unauthorized")
	}
	if gone := c.gone(); gone != nil {
		return false, gone
	}
	if m.ID == "" {
		return false, closing(closeBadMessage, "Invalid message: subscribe needs an id")
	}
	if m.tooDeep != nil {
		return c.start(m.ID, nil, m.tooDeep, leave)
	}
	params, err := parseRequest(m.Payload)
	if models.CodeOf(err) == models.CodePayloadTooLarge {
		return c.start(m.ID, nil, err, leave)
	}
	if err != nil {
		return false, closing(closeBadMessage, "Invalid message: %s", models.MessageOf(err))
	}
	return c.start(m.ID, params, nil, leave)
}
