package mcp_test

import (
	"os"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }
