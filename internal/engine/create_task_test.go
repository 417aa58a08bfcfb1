package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func TestCreateTask(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		t.Run("Defaults", func(t *testing.T) {
			task := w.create(engine.CreateTask{Type: "build"})
			if task.Status != models.StatusQueued || task.Attempt != 0 || task.MaxAttempts != 2 || task.RetryBackoffSeconds != 15 ||
				task.ExpectedOutcome != models.OutcomeAny || task.NextEligibleAt != nil || task.CreatedBy != w.agent.Principal {
				t.Errorf("the task is %+v", task)
			}
			wantTime(t, "createdAt", &task.CreatedAt, w.clock.Now())
			if stored := w.task(task.ID); fmt.Sprintf("%+v", stored.Spec) != fmt.Sprintf("%+v", task.Spec) {
				t.Errorf("stored was %+v, answered %+v", stored.Spec, task.Spec)
			}
			receipts := w.wantLast(task.ID, told{models.TaskAssigned, models.ServerPrincipal, w.agent.Principal, uuid.Nil, nil,
				`{"expected_outcome":"any","idempotency_key":null,"reason":null,"requirements":{"capabilities":[],"tags":[]},"task_type":"build"}`})
			if receipts[0].ID != task.ObligationID {
				t.Error("the obligation is not the assigned receipt")
			}
		})
		t.Run("Everything", func(t *testing.T) {
			first := w.create(engine.CreateTask{})
			task := w.create(engine.CreateTask{
				Type: "ship <é>", Payload: `{"a":[1,2.0]}`, PayloadPointer: ptr("s3://x"), Capabilities: []string{"gpu", "b"}, Tags: []string{"t"},
				Priority: -1_000_000, ExpectedOutcome: models.OutcomeArtifact, IdempotencyKey: ptr("k"), MaxAttempts: ptr(1000),
				RetryBackoffSeconds: ptr(86_400), DelaySeconds: ptr(31_536_000), ParentIDs: []uuid.UUID{first.ObligationID, first.ObligationID},
			})
			stored := w.task(task.ID)
			if stored.Payload != `{"a":[1,2.0]}` || *stored.PayloadPointer != "s3://x" || stored.Priority != -1_000_000 || stored.MaxAttempts != 1000 ||
				stored.RetryBackoffSeconds != 86_400 || *stored.IdempotencyKey != "k" || stored.ExpectedOutcome != models.OutcomeArtifact {
				t.Errorf("the task is %+v", stored)
			}
			wantTime(t, "nextEligibleAt", stored.NextEligibleAt, w.clock.Now().Add(31_536_000*time.Second))
			w.wantLast(task.ID, told{models.TaskAssigned, models.ServerPrincipal, w.agent.Principal, uuid.Nil, []uuid.UUID{first.ObligationID},
				`{"expected_outcome":"artifact","idempotency_key":"k","reason":null,"requirements":{"capabilities":["gpu","b"],"tags":["t"]},"task_type":"ship <é>"}`})
		})
		w.verify()
	})
}

func TestCreateTaskLimits(t *testing.T) {
	t.Parallel()
	many := make([]uuid.UUID, 11)
	for i := range many {
		many[i] = uuid.New()
	}
	labels := func(n, length int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = strings.Repeat("é", length)
		}
		return out
	}
	refused := map[string]struct {
		input engine.CreateTask
		code  models.Code
	}{
		"NoType":             {engine.CreateTask{Type: ""}, models.CodeBadUserInput},
		"LongType":           {engine.CreateTask{Type: strings.Repeat("é", 256)}, models.CodeBadUserInput},
		"ControlCharacter":   {engine.CreateTask{Type: "a\x00"}, models.CodeBadUserInput},
		"PriorityHigh":       {engine.CreateTask{Type: "t", Priority: 1_000_001}, models.CodeBadUserInput},
		"PriorityLow":        {engine.CreateTask{Type: "t", Priority: -1_000_001}, models.CodeBadUserInput},
		"NoAttempts":         {engine.CreateTask{Type: "t", MaxAttempts: ptr(0)}, models.CodeBadUserInput},
		"ManyAttempts":       {engine.CreateTask{Type: "t", MaxAttempts: ptr(1001)}, models.CodeBadUserInput},
		"NoBackoff":          {engine.CreateTask{Type: "t", RetryBackoffSeconds: ptr(0)}, models.CodeBadUserInput},
		"LongBackoff":        {engine.CreateTask{Type: "t", RetryBackoffSeconds: ptr(86_401)}, models.CodeBadUserInput},
		"NegativeDelay":      {engine.CreateTask{Type: "t", DelaySeconds: ptr(-1)}, models.CodeBadUserInput},
		"LongDelay":          {engine.CreateTask{Type: "t", DelaySeconds: ptr(31_536_001)}, models.CodeBadUserInput},
		"ManyCapabilities":   {engine.CreateTask{Type: "t", Capabilities: labels(65, 1)}, models.CodeBadUserInput},
		"ManyTags":           {engine.CreateTask{Type: "t", Tags: labels(65, 1)}, models.CodeBadUserInput},
		"LongTag":            {engine.CreateTask{Type: "t", Tags: labels(1, 129)}, models.CodeBadUserInput},
		"EmptyCapability":    {engine.CreateTask{Type: "t", Capabilities: []string{""}}, models.CodeBadUserInput},
		"LabelsTogether":     {engine.CreateTask{Type: "t", Capabilities: labels(40, 128), Tags: labels(40, 128)}, models.CodeBadUserInput},
		"LargePayload":       {engine.CreateTask{Type: "t", Payload: models.String(strings.Repeat("x", 1<<20-1))}, models.CodePayloadTooLarge},
		"EmptyKey":           {engine.CreateTask{Type: "t", IdempotencyKey: ptr("")}, models.CodeBadUserInput},
		"LongKey":            {engine.CreateTask{Type: "t", IdempotencyKey: ptr(strings.Repeat("k", 256))}, models.CodeBadUserInput},
		"ManyParents":        {engine.CreateTask{Type: "t", ParentIDs: many}, models.CodeBadUserInput},
		"UnknownParent":      {engine.CreateTask{Type: "t", ParentIDs: many[:1]}, models.CodeNotFound},
		"UnknownExpectation": {engine.CreateTask{Type: "t", ExpectedOutcome: "more"}, models.CodeBadUserInput},
	}
	onBoth(t, func(t *testing.T, w *world) {
		for name, c := range refused {
			t.Run(name, func(t *testing.T) {
				w.refuses(c.code, func() error { _, err := w.engine.CreateTask(w.ctx(), w.agent, c.input); return err })
			})
		}
		t.Run("AtTheLimit", func(t *testing.T) {
			w.create(engine.CreateTask{
				Type: strings.Repeat("é", 255), Priority: 1_000_000, Capabilities: labels(31, 128), Tags: labels(30, 128),
				Payload: models.String(strings.Repeat("x", 1<<20-2)), IdempotencyKey: ptr(strings.Repeat("é", 255)), MaxAttempts: ptr(1), DelaySeconds: ptr(0),
			})
		})
		t.Run("ForeignParent", func(t *testing.T) {
			foreign, err := w.engine.CreateTask(w.ctx(), elsewhere(w.agent), engine.CreateTask{Type: "t"})
			wantCode(t, err, "")
			w.refuses(models.CodeNotFound, func() error {
				_, err := w.engine.CreateTask(w.ctx(), w.agent, engine.CreateTask{Type: "t", ParentIDs: []uuid.UUID{foreign.Task.ObligationID}})
				return err
			})
		})
		w.verify()
	})
}

func TestCreateTaskIdempotency(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		input := engine.CreateTask{Type: "build", Payload: `{"a":1}`, IdempotencyKey: ptr("key")}
		first := w.create(input)
		again := func(v models.Viewer, c engine.CreateTask) (engine.Created, error) {
			return w.engine.CreateTask(w.ctx(), v, c)
		}

		t.Run("SameContentReturnsTheTaskAsItIsNow", func(t *testing.T) {
			w.claim()
			w.clock.Move(time.Second)
			same := input
			same.Tags, same.Capabilities = []string{}, []string{}
			w.writesNothing(func() {
				created, err := again(w.agent, same)
				if err != nil || created.Created || created.Task.ID != first.ID || created.Task.Status != models.StatusLeased {
					t.Errorf("got %+v, %v", created, err)
				}
			})
		})
		t.Run("OtherContentConflicts", func(t *testing.T) {
			for name, change := range map[string]func(*engine.CreateTask){
				"type": func(c *engine.CreateTask) { c.Type = "x" }, "payload": func(c *engine.CreateTask) { c.Payload = `{"a":2}` },
				"priority": func(c *engine.CreateTask) { c.Priority = 1 }, "delay": func(c *engine.CreateTask) { c.DelaySeconds = ptr(0) },
				"a default that is given": func(c *engine.CreateTask) { c.MaxAttempts = ptr(2) },
				"backoff":                 func(c *engine.CreateTask) { c.RetryBackoffSeconds = ptr(15) },
				"pointer":                 func(c *engine.CreateTask) { c.PayloadPointer = ptr("p") },
				"tags":                    func(c *engine.CreateTask) { c.Tags = []string{"t"} },
				"capabilities":            func(c *engine.CreateTask) { c.Capabilities = []string{"t"} },
				"parents":                 func(c *engine.CreateTask) { c.ParentIDs = []uuid.UUID{first.ObligationID} },
				"outcome":                 func(c *engine.CreateTask) { c.ExpectedOutcome = models.OutcomeResult },
			} {
				other := input
				change(&other)
				w.refuses(models.CodeIdempotencyConflict, func() error {
					if _, err := again(w.agent, other); models.CodeOf(err) != models.CodeIdempotencyConflict {
						t.Errorf("other %s: %v", name, err)
						return err
					}
					return models.Errorf(models.CodeIdempotencyConflict, "as expected")
				})
			}
		})
		t.Run("ScopeIsTheCreator", func(t *testing.T) {
			for _, v := range []models.Viewer{w.stranger, w.as(models.KindHuman, "planner"), elsewhere(w.agent)} {
				created, err := again(v, input)
				if err != nil || !created.Created || created.Task.ID == first.ID {
					t.Errorf("%s got %+v, %v", v, created, err)
				}
			}
		})
		t.Run("RepeatedWithinOneCall", func(t *testing.T) {
			c := engine.CreateTask{Type: "twice", IdempotencyKey: ptr("twice")}
			created, err := w.engine.CreateTasks(w.ctx(), w.agent, []engine.CreateTask{c, {Type: "between"}, c})
			if err != nil || !created[0].Created || !created[1].Created || created[2].Created || created[2].Task.ID != created[0].Task.ID {
				t.Fatalf("got %+v, %v", created, err)
			}
			w.wantTypes(created[0].Task.ID, "assigned")
		})
		t.Run("RepeatedWithinOneCallWithOtherContent", func(t *testing.T) {
			w.refuses(models.CodeIdempotencyConflict, func() error {
				_, err := w.engine.CreateTasks(w.ctx(), w.agent, []engine.CreateTask{
					{Type: "a", IdempotencyKey: ptr("new")}, {Type: "b", IdempotencyKey: ptr("new")},
				})
				return err
			})
		})
		w.verify()
	})
}

func TestCreateTaskFiftyAtOnceWithOneKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		replicas := []*world{w}
		if strings.HasPrefix(w.url, "postgres") {
			replicas = append(replicas, w.replica())
		}
		created := make([]engine.Created, 50)
		var group sync.WaitGroup
		for i := range created {
			group.Go(func() {
				var err error
				created[i], err = replicas[i%len(replicas)].engine.CreateTask(w.ctx(), w.agent, engine.CreateTask{Type: "once", IdempotencyKey: ptr("once")})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if t.Failed() {
			return
		}
		fresh := 0
		for _, c := range created {
			if c.Created {
				fresh++
			}
			if c.Task.ID != created[0].Task.ID {
				t.Error("two tasks were made")
			}
		}
		if receipts := w.ledger(uuid.Nil); fresh != 1 || len(receipts) != 1 {
			t.Errorf("%d calls created, %d receipts", fresh, len(receipts))
		}
		w.verify()
	})
}

func TestCreateTasksIsAllOrNone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			inputs []engine.CreateTask
			code   models.Code
		}{
			"OneMalformed":     {[]engine.CreateTask{{Type: "a"}, {Type: ""}}, models.CodeBadUserInput},
			"OneUnknownParent": {[]engine.CreateTask{{Type: "a"}, {Type: "b", ParentIDs: []uuid.UUID{uuid.New()}}}, models.CodeNotFound},
			"TooMany":          {make([]engine.CreateTask, models.MaxBatchSize+1), models.CodeBadUserInput},
			"None":             {nil, ""},
		} {
			t.Run(name, func(t *testing.T) {
				w.refuses(c.code, func() error { _, err := w.engine.CreateTasks(w.ctx(), w.agent, c.inputs); return err })
			})
		}
		t.Run("SaysWhich", func(t *testing.T) {
			_, err := w.engine.CreateTasks(w.ctx(), w.agent, []engine.CreateTask{{Type: "a"}, {Type: ""}})
			if err == nil || !strings.Contains(err.Error(), "inputs[1].type") {
				t.Errorf("the error is %v", err)
			}
		})
		t.Run("Order", func(t *testing.T) {
			inputs := make([]engine.CreateTask, models.MaxBatchSize)
			for i := range inputs {
				inputs[i] = engine.CreateTask{Type: fmt.Sprint("t", i)}
			}
			created, err := w.engine.CreateTasks(w.ctx(), w.agent, inputs)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range w.ledger(uuid.Nil) {
				if created[i].Task.Type != inputs[i].Type || r.TaskID != created[i].Task.ID || r.Seq != int64(i+1) {
					t.Fatalf("item %d is out of order", i)
				}
			}
		})
		w.verify()
	})
}
