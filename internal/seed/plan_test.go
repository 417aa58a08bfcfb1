package seed

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestPlanIsTheSame: whoever fills a tenant finds in it what others find in theirs.
func TestPlanIsTheSame(t *testing.T) {
	t.Parallel()
	told := func() string {
		var all []any
		for _, task := range newPlan(true).all() {
			all = append(all, task.owner, task.kind, task.input, len(task.parents()))
			for _, u := range task.turns {
				all = append(all, u.worker, u.progress, u.ends, u.report)
			}
		}
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if first := told(); told() != first {
		t.Error("two plans differ")
	}
}

// TestPlanHoldsTogether: what a task answers is there when it is created, workers can do what they claim, and a claim gets what
// is meant for it.
func TestPlanHoldsTogether(t *testing.T) {
	t.Parallel()
	for _, shortLease := range []bool{false, true} {
		plan := newPlan(shortLease)
		before := map[*task]bool{}
		lost := map[string]bool{}
		for _, task := range plan.lost() {
			lost[task.kind] = true
		}
		for _, tasks := range plan.generations {
			for _, task := range tasks {
				for _, parent := range task.parents() {
					if !before[parent] || parent != task.within && !parent.ended() {
						t.Errorf("a task of type %s answers one of type %s that has no result yet", task.kind, parent.kind)
					}
				}
				if len(task.parents()) > 10 {
					t.Errorf("a task of type %s has %d parents", task.kind, len(task.parents()))
				}
				if lost[task.kind] != slices.Contains(plan.lost(), task) {
					t.Errorf("type %s is of tasks that are lost, and of others", task.kind)
				}
				expectSkilled(t, task)
			}
			for _, task := range tasks {
				before[task] = true
			}
		}
		if n := len(plan.all()); n < 300 || n > 400 {
			t.Errorf("%d tasks are no few hundred", n)
		}
	}
}

func expectSkilled(t *testing.T, task *task) {
	t.Helper()
	requirements, _ := task.input["requirements"].(map[string]any)
	required, _ := requirements["capabilities"].([]string)
	for _, u := range task.turns {
		for _, capability := range required {
			if !slices.Contains(skills[crew(u.worker)], capability) {
				t.Errorf("%s claims a task of type %s and lacks %s", u.worker, task.kind, capability)
			}
		}
	}
}
