package trace

import (
	"strings"

	oteltrace "go.opentelemetry.io/otel/trace"
)

// Remote returns the span of the caller that W3C's headers name, or ok false when traceparent is not well-formed; a tracestate
// that is not counts as none. Unknown versions are read as the recommendation asks: their first fields mean what they mean in
// version 00. OpenTelemetry's own parser takes a dash behind version 00, and refuses flags that it does not know.
func Remote(traceparent, tracestate string) (caller oteltrace.SpanContext, ok bool) {
	const idEnd, flagsEnd = 35, 55
	if len(traceparent) < flagsEnd || traceparent[2] != '-' || traceparent[idEnd] != '-' || traceparent[52] != '-' {
		return caller, false
	}
	version, flags := traceparent[:2], traceparent[53:flagsEnd]
	if !isHex(version) || !isHex(flags) || version == "ff" {
		return caller, false
	}
	if rest := traceparent[flagsEnd:]; rest != "" && (version == "00" || rest[0] != '-') {
		return caller, false
	}
	// Both refuse what is not lower-case hexadecimal, and all zeros.
	id, err := oteltrace.TraceIDFromHex(traceparent[3:idEnd])
	if err != nil {
		return caller, false
	}
	parent, err := oteltrace.SpanIDFromHex(traceparent[36:52])
	if err != nil {
		return caller, false
	}
	state, _ := oteltrace.ParseTraceState(tracestate)
	return oteltrace.NewSpanContext(oteltrace.SpanContextConfig{
		TraceID: id, SpanID: parent, TraceFlags: knownFlags(flags[1]), TraceState: state, Remote: true,
	}), true
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}

// knownFlags reads the flags sampled and random, which the last digit holds.
func knownFlags(digit byte) oteltrace.TraceFlags {
	const digits = "0123456789abcdef"
	return oteltrace.TraceFlags(strings.IndexByte(digits, digit)) & (oteltrace.FlagsSampled | oteltrace.FlagsRandom)
}
