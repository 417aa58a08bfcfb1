package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// A lane holds the claimable tasks of a type that require the same capabilities, in whatever order these are written. Whoever
// may take one of them may take all, so a claim looks at the first of each lane and passes over the rest of those that are
// not for it. The lane's name is made of two bytes of the type's digest, so that a claim of some types finds theirs beside
// each other, and of fourteen of the digest of all.
func laneOf(kind string, capabilities []string) uuid.UUID {
	set := make([]models.JSON, len(capabilities))
	for i, c := range capabilities {
		set[i] = models.String(c)
	}
	slices.Sort(set)
	digest := sha256.Sum256([]byte(models.Array([]models.JSON{models.String(kind), models.Array(slices.Compact(set))})))
	lane := lanesOf(kind).low
	copy(lane[lanePrefix:], digest[:])
	return lane
}

// lanePrefix is how many bytes of a lane say what type it is of.
const lanePrefix = 2

// laneRange is a part of the lanes, both ends included.
type laneRange struct{ low, high uuid.UUID }

func lanesOf(kind string) laneRange {
	digest := sha256.Sum256([]byte(kind))
	r := laneRange{high: uuid.Max}
	copy(r.low[:lanePrefix], digest[:])
	copy(r.high[:lanePrefix], digest[:])
	return r
}

// laneRanges are the parts, apart from each other, that hold all lanes of the types; of none given, all lanes.
func laneRanges(types []string) []laneRange {
	if len(types) == 0 {
		return []laneRange{{high: uuid.Max}}
	}
	ranges := make([]laneRange, len(types))
	for i, t := range types {
		ranges[i] = lanesOf(t)
	}
	slices.SortFunc(ranges, func(a, b laneRange) int { return bytes.Compare(a.low[:], b.low[:]) })
	return slices.Compact(ranges)
}

// laneRow is what it takes to put a task into its lane.
type laneRow struct {
	ID           uuid.UUID
	Type         string
	Capabilities jsonText
}

func (r *laneRow) lane() (uuid.UUID, error) {
	var capabilities []string
	if err := json.Unmarshal([]byte(r.Capabilities), &capabilities); err != nil {
		return uuid.Nil, fmt.Errorf("the capabilities of a task: %w", err)
	}
	return laneOf(r.Type, capabilities), nil
}

// lanesOfDue sorts tasks into their lanes.
func lanesOfDue(tasks []laneRow) (map[uuid.UUID][]uuid.UUID, error) {
	lanes := map[uuid.UUID][]uuid.UUID{}
	for _, t := range tasks {
		lane, err := t.lane()
		if err != nil {
			return nil, err
		}
		lanes[lane] = append(lanes[lane], t.ID)
	}
	return lanes, nil
}

// dueAt is when a task t may be put into its lane; the index of those that wait for that holds this very expression.
const dueAt = "coalesce(t.next_eligible_at, t.created_at)"

// moveAtOnce bounds how many tasks that have become due one transaction puts into their lanes.
const moveAtOnce = 1000
