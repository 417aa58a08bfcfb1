package e2e_test

import "testing"

// TestPlayground goes through a task's life in GraphiQL, and through what else one does there.
func TestPlayground(t *testing.T) {
	t.Parallel()
	runInBrowser(t, nil, "playground.mjs", program.Serve(t, nil).URL)
}
