package auth

import (
	"strings"

	"github.com/asyncgate/asyncgate/models"
)

var (
	errNoKey = models.Errorf(models.CodeUnauthenticated,
		"an API key is needed: send Authorization: Bearer <API key>; `asyncgate keys create` makes one")
	errNoBearer = models.Errorf(models.CodeUnauthenticated,
		"Authorization is not an API key: send Authorization: Bearer <API key>, with one key that begins with ag_")
	// errNotValid is the same for whatever is wrong with a key: who guesses learns nothing.
	errNotValid = models.Errorf(models.CodeUnauthenticated, "the API key is not valid (unknown, revoked or expired); send another")
	// errEnded is what ends whatever runs under a key.
	errEnded = models.Errorf(models.CodeUnauthenticated, "the API key is no longer valid (revoked or expired); go on with another")
)

// bearer returns the hash of the key in an Authorization header, UNAUTHENTICATED when there is none. What can't be a key
// never reaches the database.
func bearer(authorization string) ([32]byte, error) {
	if trim(authorization) == "" {
		return [32]byte{}, errNoKey
	}
	token, ok := bearerToken(authorization)
	if !ok {
		return [32]byte{}, errNoBearer
	}
	hash, ok := HashSecret(token)
	if !ok {
		return [32]byte{}, errNoBearer
	}
	return hash, nil
}

// bearerToken returns the one token of the scheme Bearer, in any case.
func bearerToken(authorization string) (string, bool) {
	scheme, token, _ := strings.Cut(trim(authorization), " ")
	token = trim(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != "" && !strings.ContainsAny(token, " \t,")
}
