package otlp

import (
	"context"
	"log/slog"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// tellEvery is how often it is said that spans are lost.
const tellEvery = time.Minute

// reporting is an exporter that logs its failures itself. The SDK would hand them to a handler that is global.
type reporting struct {
	sdktrace.SpanExporter
	logger *slog.Logger
	now    func() time.Time

	mu sync.Mutex
	// lost counts the spans that were not sent since that was last told, when told was.
	lost int
	told time.Time
	down bool
}

// ExportSpans sends spans. It returns no error: the log has it.
func (r *reporting) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := r.SpanExporter.ExportSpans(ctx, spans)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		if r.down {
			r.logger.InfoContext(ctx, "traces are sent again", "lost", r.lost)
			r.down, r.lost = false, 0
		}
		return nil
	}
	r.down = true
	r.lost += len(spans)
	if now := r.now(); now.Sub(r.told) >= tellEvery {
		r.logger.WarnContext(ctx, "traces could not be sent; serving goes on without", "lost", r.lost, "error", err)
		r.told, r.lost = now, 0
	}
	return nil
}
