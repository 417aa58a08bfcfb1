package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// A secret is the text of an API key: a prefix, by which people and scanners of source code know one, and random bytes in
// base64url without padding. It is shown once, when it is made; only its hash is kept.
const (
	secretPrefix = "ag_"
	secretBytes  = 32
)

// secretEncoding is strict: a text whose last character has bits to spare that are not zero would be a second spelling of a key.
var secretEncoding = base64.RawURLEncoding.Strict()

// NewSecret makes a secret that nobody can guess, and the hash under which it is found again.
func NewSecret() (secret string, hash [32]byte) {
	random := make([]byte, secretBytes)
	_, _ = rand.Read(random) // it never fails: it ends the process where there are no random bytes
	secret = secretPrefix + secretEncoding.EncodeToString(random)
	return secret, sha256.Sum256([]byte(secret))
}

// HashSecret returns the hash of a secret, the SHA-256 of its whole text; ok is false for what NewSecret can't have made, which
// no database need be asked about. No slow hash is needed: there are too many secrets to try.
func HashSecret(secret string) (hash [32]byte, ok bool) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok || len(text) != secretEncoding.EncodedLen(secretBytes) {
		return hash, false
	}
	// The decoder passes over line ends, so a text of the right length may have too few bytes.
	if random, err := secretEncoding.DecodeString(text); err != nil || len(random) != secretBytes {
		return hash, false
	}
	return sha256.Sum256([]byte(secret)), true
}
