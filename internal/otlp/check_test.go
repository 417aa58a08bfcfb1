package otlp_test

import (
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/internal/otlp"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		set     string // variables, a blank between them
		says    string // part of the message; none when empty
		instead string
	}{
		"nothing":                {},
		"all well":               {set: "OTEL_EXPORTER_OTLP_ENDPOINT=https://c:4318/base OTEL_EXPORTER_OTLP_TIMEOUT=1000 OTEL_TRACES_SAMPLER=ParentBased_TraceIDRatio OTEL_TRACES_SAMPLER_ARG=0.1 OTEL_BSP_MAX_QUEUE_SIZE=10 OTEL_EXPORTER_OTLP_HEADERS=a=b,c=d%20e OTEL_SPAN_LINK_COUNT_LIMIT=-1"},
		"a host for an address":  {set: "OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4318", says: `OTEL_EXPORTER_OTLP_ENDPOINT="localhost:4318" is not an address such as http://localhost:4318: no traces are sent there`},
		"the same for grpc":      {set: "OTEL_EXPORTER_OTLP_ENDPOINT=localhost:4317 OTEL_EXPORTER_OTLP_PROTOCOL=grpc"},
		"no address":             {set: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://[::1", says: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="},
		"an address with secret": {set: "OTEL_EXPORTER_OTLP_ENDPOINT=ftp://me:SECRET@c", says: `OTEL_EXPORTER_OTLP_ENDPOINT="…"`},
		"protocol":               {set: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=udp", says: "it is http/protobuf"},
		"timeout":                {set: "OTEL_EXPORTER_OTLP_TIMEOUT=10s", says: "a number of milliseconds: it is 10000"},
		"sampler":                {set: "OTEL_TRACES_SAMPLER=jaeger_remote", says: "it is parentbased_always_on"},
		"ratio":                  {set: "OTEL_TRACES_SAMPLER_ARG=1.5", says: "a number from 0 to 1: it is 1"},
		"no ratio":               {set: "OTEL_TRACES_SAMPLER_ARG=NaN", says: "a number from 0 to 1"},
		"a queue below nothing":  {set: "OTEL_BSP_MAX_QUEUE_SIZE=-1", says: "OTEL_BSP_MAX_QUEUE_SIZE"},
		"a queue without bounds": {set: "OTEL_BSP_MAX_QUEUE_SIZE=1000000000000", says: "OTEL_BSP_MAX_QUEUE_SIZE"},
		"exporter":               {set: "OTEL_TRACES_EXPORTER=console", says: "otlp or none"},
		"disabled":               {set: "OTEL_SDK_DISABLED=1", says: "true or false: it is false"},
		"certificate":            {set: "OTEL_EXPORTER_OTLP_CERTIFICATE=/nowhere/ca.pem", says: "a file that can be read"},
		"headers":                {set: "OTEL_EXPORTER_OTLP_HEADERS=SECRET,a=b,c=%zz", says: "has 2 entries", instead: "a=b"},
		"a header's name":        {set: "OTEL_EXPORTER_OTLP_HEADERS=SEC/RET=b", says: "has 1 entries"},
		"resource":               {set: "OTEL_RESOURCE_ATTRIBUTES=a=b,SECRET,k8s/name=c", says: "has 1 entries", instead: "a=b,k8s/name=c"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			environment := map[string]string{}
			for _, setting := range strings.Fields(tt.set) {
				key, value, _ := strings.Cut(setting, "=")
				environment[key] = value
			}
			faults := otlp.Check(func(key string) string { return environment[key] })
			if tt.says == "" {
				if len(faults) > 0 {
					t.Errorf("faults: %v", faults)
				}
				return
			}
			if len(faults) != 1 || !strings.Contains(faults[0].Message, tt.says) || faults[0].Instead != tt.instead {
				t.Fatalf("faults: %v, want one that says %q and leaves %q", faults, tt.says, tt.instead)
			}
			if strings.Contains(faults[0].Message, "SECRET") {
				t.Errorf("a secret is told: %s", faults[0].Message)
			}
		})
	}
}
