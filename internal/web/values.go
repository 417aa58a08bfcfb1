package web

import (
	"github.com/asyncgate/asyncgate/models"
)

// maxValues bounds the values in a request. Each takes up to fifty times the memory of its text when it is decoded; a payload of
// the largest size can't have more than half as many.
const maxValues = 1_000_000

// checkValues returns PAYLOAD_TOO_LARGE when JSON text has more than maxValues values. It looks only at what separates them, so
// that its work and memory don't depend on whether the text is well-formed.
func checkValues(text []byte) error {
	values, quoted := 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',' || c == '[' || c == '{': // an item, or what may be the first one
			values++
		}
	}
	if values > maxValues {
		return models.Errorf(models.CodePayloadTooLarge,
			"the request has %d JSON values; allowed are %d; send less at once", values, maxValues)
	}
	return nil
}
