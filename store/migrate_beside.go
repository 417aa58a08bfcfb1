package store

import (
	"fmt"
	"regexp"
)

// beside is what the name of a migration may end with: the time of the migration that a server must know, it or a later one, to
// serve beside it. A server that knows no such one takes the schema for too new.
var beside = regexp.MustCompile(`_beside_([0-9]{14})$`)

// judgeUnknown settles for each step that this binary doesn't know whether it may serve beside it.
func judgeUnknown(steps []Migration) {
	newest := ""
	for _, step := range steps {
		if !step.Unknown {
			newest = max(newest, step.Name) // names begin with their times
		}
	}
	for i, step := range steps {
		promise := beside.FindStringSubmatch(step.Name)
		steps[i].Beside = step.Unknown && promise != nil && promise[1] <= newest
	}
}

func refuseUnknown(steps []Migration) error {
	for _, step := range steps {
		if step.Unknown && !step.Beside {
			return fmt.Errorf("the database has migration %s, which this version of asyncgate doesn't know; run a newer version", step.Name)
		}
	}
	return nil
}
