package feed

import (
	"slices"
	"strings"

	"github.com/asyncgate/asyncgate/store"
)

// skills are what a worker can do.
type skills struct {
	// types are the types of tasks it takes; any if empty.
	types        []string
	capabilities map[string]struct{}
}

func newSkills(types, capabilities []string) skills {
	s := skills{types: slices.Clone(types), capabilities: make(map[string]struct{}, len(capabilities))}
	for _, c := range capabilities {
		s.capabilities[c] = struct{}{}
	}
	return s
}

// can tells whether the worker may claim the task once it is eligible.
func (s skills) can(t *store.QueuedTask) bool {
	if len(s.types) > 0 && !slices.Contains(s.types, t.Type) {
		return false
	}
	for _, c := range t.Capabilities {
		if _, ok := s.capabilities[c]; !ok {
			return false
		}
	}
	return true
}

// skillsKey is equal for equal skills, however they are written down.
func skillsKey(types, capabilities []string) string {
	var b strings.Builder
	for _, list := range [][]string{types, capabilities} {
		sorted := slices.Compact(slices.Sorted(slices.Values(list)))
		for _, s := range sorted {
			b.WriteString(s)
			b.WriteByte(0) // no type or capability holds a control character
		}
		b.WriteByte(0)
	}
	return b.String()
}
