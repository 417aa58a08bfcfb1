// Package otlp is the way of traces out of the process: OpenTelemetry's SDK, set up by its own variables and no others.
//
// The room owes the others spans that cost next to nothing when no collector is named, a bounded share of memory when one is,
// and never a wait, however long the collector does not answer. It must never stop a server, touch OpenTelemetry's global
// state, nor log a header, which may be a credential.
package otlp

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Options say whose traces they are, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES says otherwise.
type Options struct {
	Version     string
	InstanceID  string
	Environment string
	// Logger hears that spans could not be sent, once a minute at most.
	Logger *slog.Logger
	// Getenv returns a variable of the environment that the SDK reads too, which Check has found nothing wrong with.
	Getenv func(string) string
}

// Traces sends spans to a collector. The zero value is none: nothing is made, sent, or running.
type Traces struct{ provider *sdktrace.TracerProvider }

// Open returns what sends spans to the collector that the environment names, or none when it names none. It does not wait
// for the collector; the error is a setting that the SDK does not take.
func Open(ctx context.Context, o Options) (Traces, error) {
	if !wanted(o.Getenv) {
		return Traces{}, nil
	}
	about, err := o.resource(ctx)
	if err != nil {
		return Traces{}, fmt.Errorf("what the traces say of this server: %w", err)
	}
	client := otlptracehttp.NewClient()
	if protocol(o.Getenv) == "grpc" {
		client = otlptracegrpc.NewClient()
	}
	exporter, err := otlptrace.New(ctx, client)
	if err != nil {
		return Traces{}, fmt.Errorf("the exporter of traces: %w", err)
	}
	// The batcher holds 2,048 spans at most (OTEL_BSP_MAX_QUEUE_SIZE) and drops what comes beyond.
	return Traces{sdktrace.NewTracerProvider(
		sdktrace.WithResource(about),
		sdktrace.WithBatcher(newReporting(exporter, o.Logger, time.Now)),
	)}, nil
}

// Provider returns what makes the spans; nil for none.
func (t Traces) Provider() oteltrace.TracerProvider {
	if t.provider == nil {
		return nil
	}
	return t.provider
}

// Close sends what has not been sent yet. What is left when ctx ends is lost, which is the error.
func (t Traces) Close(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// resource describes the server; what the environment says comes last and wins.
func (o Options) resource(ctx context.Context) (*resource.Resource, error) {
	return resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(
			semconv.ServiceName("asyncgate"),
			semconv.ServiceVersion(o.Version),
			semconv.ServiceInstanceID(o.InstanceID),
			semconv.DeploymentEnvironmentNameKey.String(o.Environment),
		),
		resource.WithFromEnv(),
	)
}

// wanted tells whether the environment names a collector: by an address, or by asking for the exporter, whose address then
// is the SDK's own.
func wanted(getenv func(string) string) bool {
	get := func(name string) string { return strings.TrimSpace(getenv(name)) }
	if strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") {
		return false
	}
	switch get("OTEL_TRACES_EXPORTER") {
	case "none":
		return false
	case "otlp":
		return true
	default:
		return get("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	}
}

// protocol returns the protocol that is asked for, "" for the SDK's own, http/protobuf.
func protocol(getenv func(string) string) string {
	if p := strings.TrimSpace(getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")); p != "" {
		return p
	}
	return strings.TrimSpace(getenv("OTEL_EXPORTER_OTLP_PROTOCOL"))
}
