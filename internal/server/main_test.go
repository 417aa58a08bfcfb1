package server

import (
	"os"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

func TestMain(m *testing.M) {
	sqliteWriters.register() // before tests open any
	os.Exit(testkit.Run(m))
}
