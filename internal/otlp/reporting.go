package otlp

import (
	"context"
	"log/slog"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/asyncgate/asyncgate/internal/outage"
)

// reporting is an exporter that logs its failures itself. The SDK would hand them to a handler that is global.
type reporting struct {
	sdktrace.SpanExporter
	watch *outage.Watch
}

func newReporting(exporter sdktrace.SpanExporter, logger *slog.Logger, now func() time.Time) *reporting {
	return &reporting{exporter, outage.New(outage.Options{
		Logger: logger, Now: now, Counts: "lost",
		Fails: "traces could not be sent; serving goes on without", Works: "traces are sent again",
	})}
}

// ExportSpans sends spans. It returns no error: the log has it.
func (r *reporting) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	r.watch.NoteMany(len(spans), r.SpanExporter.ExportSpans(ctx, spans))
	return nil
}
