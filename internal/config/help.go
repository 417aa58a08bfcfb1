package config

import (
	"fmt"
	"strings"
)

// Help returns the text of serve --help: every setting as flag and variable, with its default.
func Help() string {
	var b strings.Builder
	b.WriteString(`Usage: asyncgate serve [flags]

Migrates the database if needed and serves until SIGINT or SIGTERM, then drains.
Each flag is also an environment variable; the flag wins.

  --no-migrate
      check the migrations, apply none
`)
	for _, s := range settings() {
		fmt.Fprintf(&b, "\n  %s VALUE    %s\n      %s\n", s.Flag(), s.Env(), s.Help)
		if s.Default != "" {
			fmt.Fprintf(&b, "      default: %s\n", s.Default)
		}
		if s.later != "" {
			fmt.Fprintf(&b, "      no effect in this version: %s\n", s.later)
		}
	}
	b.WriteString("\nTraces go over OTLP where OTEL_EXPORTER_OTLP_ENDPOINT says; the other OTEL_ variables are those of OpenTelemetry's SDK.\n")
	return b.String()
}
