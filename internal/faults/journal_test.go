package faults_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// journal keeps what callers were told while things died, to be held against the ledger at the end.
type journal struct {
	t *testing.T

	mu       sync.Mutex
	promises []promise
	calls    map[string]int // answers, by what was called and how it was answered
}

// promise is what an answer, or a refusal, says about the ledger for ever after.
type promise struct {
	what  string
	holds func(l *index) string // "" when it does
}

func newJournal(t *testing.T) *journal { return &journal{t: t, calls: map[string]int{}} }

// promise notes what a caller was told.
func (j *journal) promise(holds func(l *index) string, what string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.promises = append(j.promises, promise{fmt.Sprintf(what, args...), holds})
}

// note counts how a call ended. A refusal that is not among those that the caller must expect is a failure.
func (j *journal) note(what string, err error, expected ...string) {
	j.t.Helper()
	code := codeOf(err)
	if err != nil && !again(err) && !slices.Contains(expected, code) {
		j.t.Errorf("%s: %v", what, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if code != "" {
		what += " " + code
	} else if err != nil {
		what += " without answer"
	}
	j.calls[what]++
}

// check holds every promise against the ledger.
func (j *journal) check(l *index) {
	j.t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	broken := 0
	for _, p := range j.promises {
		if problem := p.holds(l); problem != "" {
			if broken++; broken <= 20 {
				j.t.Errorf("%s: %s", p.what, problem)
			}
		}
	}
	if broken > 20 {
		j.t.Errorf("and %d more", broken-20)
	}
}

// String says what was called, and how often.
func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list []string
	for _, what := range slices.Sorted(maps.Keys(j.calls)) {
		list = append(list, fmt.Sprintf("%s %d", what, j.calls[what]))
	}
	return fmt.Sprintf("%d promises (%s)", len(j.promises), strings.Join(list, ", "))
}

// index finds receipts in the ledger.
type index struct {
	byID            map[string]*receipt
	byTask, byLease map[string][]*receipt
	byParent        map[string][]*receipt
	byKey           map[string][]*receipt // task.assigned by idempotency key
}

func newIndex(l ledger) *index {
	x := &index{
		byID: map[string]*receipt{}, byTask: map[string][]*receipt{}, byLease: map[string][]*receipt{},
		byParent: map[string][]*receipt{}, byKey: map[string][]*receipt{},
	}
	for i := range l {
		r := &l[i]
		x.byID[r.ID] = r
		x.byTask[r.taskID()] = append(x.byTask[r.taskID()], r)
		x.byLease[r.leaseID()] = append(x.byLease[r.leaseID()], r)
		for _, p := range r.Parents {
			x.byParent[p.ID] = append(x.byParent[p.ID], r)
		}
		if key, ok := r.body("idempotency_key").(string); ok && r.Type == "TASK_ASSIGNED" {
			x.byKey[key] = append(x.byKey[key], r)
		}
	}
	return x
}

// has tells whether the ledger has a receipt of this type and id.
func has(kind, id string) func(*index) string {
	return func(x *index) string {
		r := x.byID[id]
		if r == nil {
			return fmt.Sprintf("the ledger has no receipt %s", id)
		}
		if r.Type != kind {
			return fmt.Sprintf("the receipt %s is a %s, not a %s", id, r.Type, kind)
		}
		return ""
	}
}

// count counts the receipts of some types.
func count(all []*receipt, match func(*receipt) bool, kinds ...string) int {
	n := 0
	for _, r := range all {
		if slices.Contains(kinds, r.Type) && (match == nil || match(r)) {
			n++
		}
	}
	return n
}

func times(what string, got int, want ...int) string {
	if slices.Contains(want, got) {
		return ""
	}
	return fmt.Sprintf("the ledger has %d %s, not %v", got, what, want)
}
