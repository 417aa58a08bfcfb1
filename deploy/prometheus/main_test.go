package prometheus_test

import (
	"os"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// program is what users run; the tests of this package see nothing else.
var program *testkit.Program

func TestMain(m *testing.M) { os.Exit(testkit.RunWithProgram(m, &program)) }
