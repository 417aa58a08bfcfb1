package otlp

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Fault is a variable that the SDK would not understand. It would go on without, and some it would not even mention.
type Fault struct {
	Name string
	// Message says what is wrong, and what holds instead.
	Message string
	// Instead is what is left of the value that can be used, "" for nothing.
	Instead string
}

// Check returns what is wrong with the variables of OpenTelemetry that concern traces. Put Instead in the place of each before
// Open: what then happens is what the SDK does with such a value, which for all of them is to go on with the default.
func Check(getenv func(string) string) []Fault {
	var faults []Fault
	for _, v := range variables(getenv) {
		value := strings.TrimSpace(getenv(v.name))
		if value == "" || v.valid(value) {
			continue
		}
		if strings.Contains(value, "@") {
			value = "…" // an address may hold a password
		}
		faults = append(faults, Fault{Name: v.name, Message: fmt.Sprintf("%s=%.200q is not %s: %s", v.name, value, v.want, v.then)})
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_RESOURCE_ATTRIBUTES"} {
		pairs := strings.Split(strings.TrimSpace(getenv(name)), ",")
		good := slices.DeleteFunc(slices.Clone(pairs), func(pair string) bool { return !isPair(pair, strings.HasSuffix(name, "_HEADERS")) })
		if left := strings.Join(good, ","); len(good) < len(pairs) && len(pairs) > 0 && pairs[0] != "" {
			faults = append(faults, Fault{Name: name, Instead: left, Message: fmt.Sprintf(
				"%s has %d entries that are not name=value in URL encoding: they are left out", name, len(pairs)-len(good))})
		}
	}
	return faults
}

// variable is one whose value is understood or not.
type variable struct {
	name, want, then string
	valid            func(string) bool
}

func variables(getenv func(string) string) []variable {
	var all []variable
	add := func(want, then string, valid func(string) bool, names ...string) {
		for _, name := range names {
			all = append(all, variable{name, want, then, valid})
		}
	}
	exporter := func(setting string) []string {
		return []string{"OTEL_EXPORTER_OTLP_" + setting, "OTEL_EXPORTER_OTLP_TRACES_" + setting}
	}
	add("an address such as http://localhost:4318", "no traces are sent there", isAddress(getenv), exporter("ENDPOINT")...)
	add("grpc, http/protobuf or http/json", "it is http/protobuf", oneOf("grpc", "http/protobuf", "http/json"), exporter("PROTOCOL")...)
	add("a number of milliseconds", "it is 10000", atLeast(1), exporter("TIMEOUT")...)
	add("gzip or none", "it is none", oneOf("gzip", "none"), exporter("COMPRESSION")...)
	add("true or false", "it is false", isBool, append(exporter("INSECURE"), "OTEL_SDK_DISABLED")...)
	add("a file that can be read", "it is ignored", isFile,
		slices.Concat(exporter("CERTIFICATE"), exporter("CLIENT_CERTIFICATE"), exporter("CLIENT_KEY"))...)
	add("otlp or none", "traces go where OTEL_EXPORTER_OTLP_ENDPOINT says", oneOf("otlp", "none"), "OTEL_TRACES_EXPORTER")
	add("one of "+strings.Join(samplers, ", "), "it is parentbased_always_on", func(v string) bool { return slices.Contains(samplers, strings.ToLower(v)) },
		"OTEL_TRACES_SAMPLER")
	add("a number from 0 to 1", "it is 1", isRatio, "OTEL_TRACES_SAMPLER_ARG")
	add("a number from 1 to 1000000", "it is the SDK's default", atLeast(1), "OTEL_BSP_SCHEDULE_DELAY",
		"OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE")
	add("a number", "it is the SDK's default", atLeast(-1), "OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
		"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_EVENT_COUNT_LIMIT",
		"OTEL_SPAN_LINK_COUNT_LIMIT", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT")
	return all
}

var samplers = []string{
	"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
}

// isAddress tells what an endpoint may be. With grpc it may also be host:port and the like.
func isAddress(getenv func(string) string) func(string) bool {
	return func(value string) bool {
		u, err := url.Parse(value)
		if err != nil || protocol(getenv) == "grpc" {
			return err == nil
		}
		return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	}
}

func oneOf(values ...string) func(string) bool {
	return func(value string) bool { return slices.Contains(values, value) }
}

// mostNumber bounds numbers: the SDK makes room for a queue at once.
const mostNumber = 1_000_000

func atLeast(least int) func(string) bool {
	return func(value string) bool {
		n, err := strconv.Atoi(value)
		return err == nil && n >= least && n <= mostNumber
	}
}

func isBool(value string) bool {
	return strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
}

func isRatio(value string) bool {
	ratio, err := strconv.ParseFloat(value, 64)
	return err == nil && ratio >= 0 && ratio <= 1
}

func isFile(value string) bool {
	_, err := os.ReadFile(value)
	return err == nil
}

func isPair(pair string, header bool) bool {
	name, value, ok := strings.Cut(pair, "=")
	name = strings.TrimSpace(name)
	_, err := url.PathUnescape(value)
	return ok && name != "" && err == nil && (!header || httpguts.ValidHeaderFieldName(name))
}
