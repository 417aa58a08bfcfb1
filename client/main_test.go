package client_test

import (
	"os"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

var program *testkit.Program

func TestMain(m *testing.M) { os.Exit(testkit.RunWithProgram(m, &program)) }
