package auth_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/auth"
	"github.com/asyncgate/asyncgate/internal/trace"
	"github.com/asyncgate/asyncgate/models"
)

func TestLogHandlerNamesTheRequest(t *testing.T) {
	t.Parallel()
	const id = "0af7651916cd43dd8448eb211c80319c"
	traced := trace.WithID(context.Background(), id)
	viewer := models.Viewer{TenantID: uuid.MustParse("5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a01"), Principal: models.Principal{Kind: models.KindAgent, ID: "planner"}}
	for name, test := range map[string]struct {
		ctx  context.Context
		want string
	}{
		"NoRequest": {context.Background(), "level=INFO msg=hello a=1 b=2\n"},
		"Stranger":  {traced, "level=INFO msg=hello a=1 b=2 trace_id=" + id + "\n"},
		"Viewer": {auth.WithViewer(traced, viewer),
			"level=INFO msg=hello a=1 b=2 trace_id=" + id + " tenant=5b0c2bd4-6a28-4c79-9b1d-7a3f1f5e6a01 principal=agent:planner\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			logger := slog.New(auth.LogHandler(slog.NewTextHandler(&out, nil))).With("a", 1)
			logger.InfoContext(test.ctx, "hello", "b", 2)
			logger.DebugContext(test.ctx, "not shown")
			if _, got, _ := strings.Cut(out.String(), " "); got != test.want {
				t.Errorf("logged %q, want %q", got, test.want)
			}
		})
	}
}
