package seed

import "strings"

// Who asks.
const (
	maria     = "human:maria" // runs the company
	tomas     = "human:tomas" // leads the engineers
	ines      = "human:ines"  // keeps the books
	planner   = "agent:planner"
	analyst   = "agent:analyst"
	writer    = "agent:writer"
	reviewer  = "agent:reviewer"
	shepherd  = "agent:shepherd" // brings pull requests home
	books     = "agent:bookkeeper"
	designer  = "agent:designer"
	support   = "agent:support"
	forge     = "service:forge" // hosts the code
	mailroom  = "service:mailroom"
	academy   = "service:academy"
	shop      = "service:shop"
	scheduler = "service:scheduler"
)

// skills are the capabilities of whoever works, by crew: worker:research-2 is of the crew worker:research. People need none:
// what is for them requires nothing.
var skills = map[string][]string{
	planner:           {"plan", "summarize"},
	reviewer:          {"judge", "read"},
	"worker:research": {"browse", "summarize", "translate"},
	"worker:checker":  {"browse", "cite"},
	"worker:prose":    {"write", "translate"},
	"worker:review":   {"git", "go", "typescript", "sql"},
	"worker:coder":    {"git", "go", "typescript", "sql", "shell"},
	"worker:runner":   {"docker", "shell"},
	"worker:deploy":   {"docker", "kubernetes"},
	"worker:ocr":      {"ocr", "pdf"},
	"worker:ledger":   {"accounting"},
	"worker:gpu":      {"gpu", "blender"},
	"worker:bigmem":   {"gpu", "blender", "memory-96g"},
	"worker:encoder":  {"ffmpeg", "gpu"},
	"worker:desk":     {"mail", "translate"},
	"worker:night":    {"shell", "backup"},
}

// crew returns a worker's name without its number.
func crew(worker string) string {
	name, _, _ := strings.Cut(worker, "-")
	return name
}
