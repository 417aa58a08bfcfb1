package auth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/auth"
)

func TestNewSecret(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		secret, hash := auth.NewSecret()
		if got, ok := auth.HashSecret(secret); !ok || got != hash || hash != sha256.Sum256([]byte(secret)) {
			t.Fatalf("%s has the hash %x, %v", secret, got, ok)
		}
		if len(secret) != 46 || seen[secret] {
			t.Fatalf("%s has %d characters, or was made twice", secret, len(secret))
		}
		seen[secret] = true
	}
}

func TestHashSecret(t *testing.T) {
	t.Parallel()
	zero := "ag_" + strings.Repeat("A", 43)
	if hash, ok := auth.HashSecret(zero); !ok || hash != sha256.Sum256([]byte(zero)) {
		t.Errorf("%s: %x, %v", zero, hash, ok)
	}
	for name, secret := range map[string]string{
		"nothing":                   "",
		"the prefix alone":          "ag_",
		"no prefix":                 strings.Repeat("A", 46),
		"another prefix":            "gh_" + strings.Repeat("A", 43),
		"the prefix in capitals":    "AG_" + strings.Repeat("A", 43),
		"a character less":          zero[:45],
		"a character more":          zero + "A",
		"padding":                   zero + "=",
		"padding within the length": zero[:45] + "=",
		"base64 of the other kind":  "ag_+" + strings.Repeat("A", 42),
		"a slash":                   "ag_/" + strings.Repeat("A", 42),
		"space before":              " " + zero,
		"a line end behind":         zero + "\n",
		"line ends within":          "ag_\r\n" + strings.Repeat("A", 41),
		"a NUL":                     "ag_\x00" + strings.Repeat("A", 42),
		"spare bits":                zero[:45] + "B",
		"the last spare bit":        zero[:45] + "C",
		"an accent":                 "ag_é" + strings.Repeat("A", 41),
	} {
		if hash, ok := auth.HashSecret(secret); ok || hash != [32]byte{} {
			t.Errorf("%s: %q is taken for a secret", name, secret)
		}
	}
}

// FuzzHashSecret: what passes is exactly what encoding 32 bytes writes, so that no key has a second spelling.
func FuzzHashSecret(f *testing.F) {
	secret, _ := auth.NewSecret()
	for _, seed := range []string{"", "ag_", secret, secret + "\n", secret[:45] + "B", "ag_" + strings.Repeat("-", 43), "ag_" + strings.Repeat("\n", 43)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, secret string) {
		hash, ok := auth.HashSecret(secret)
		// The lenient decoder, so that this judges otherwise than the code.
		random, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(secret, "ag_"))
		want := err == nil && len(random) == 32 && secret == "ag_"+base64.RawURLEncoding.EncodeToString(random)
		if ok != want || ok && hash != sha256.Sum256([]byte(secret)) || !ok && hash != [32]byte{} {
			t.Errorf("%q: %x, %v; want %v", secret, hash, ok, want)
		}
	})
}
