package models

import "github.com/google/uuid"

// ParseID reads the one usual form of a UUID, 36 characters in any case; uuid.Parse alone would also take braces, URNs and bare
// digits, so that one id had many texts.
func ParseID(text string) (id uuid.UUID, ok bool) {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		return uuid.Nil, false
	}
	return id, true
}
