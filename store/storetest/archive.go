package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

func testChains(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	task := w.Create(Planner, "t")
	w.Create(Planner, "t")
	results := w.Cancel(task.ID)
	w.Acknowledge(w.Acknowledge(results[1]))
	chains := must(w.Tenant.Chains(t.Context(), []uuid.UUID{task.ID, uuid.New()}))(t)
	var seqs []int64
	for _, r := range chains[task.ID] {
		seqs = append(seqs, r.Seq)
		if r.Body != "" || r.Hash != models.Hash(r.Envelope()) {
			t.Errorf("receipt %d is %+v", r.Seq, r)
		}
	}
	wantEqual(t, "the chain", seqs, []int64{1, 3, 4, 5, 6})
	wantEqual(t, "chains", []int{len(chains)}, []int{1})
	behind := must(w.Tenant.Envelopes(t.Context(), 2, 3))(t)
	wantEqual(t, "the page", []int64{behind[0].Seq, behind[2].Seq, int64(len(behind))}, []int64{3, 5, 3})
}

func testArchive(t *testing.T, s *store.Store) {
	w := NewWriter(t, s)
	task := w.Create(Planner, "t", func(t *models.Task) { t.Payload = `{"a":1}` })
	bare := w.Create(Planner, "t")
	open := w.Create(Planner, "t")
	w.Cancel(task.ID)
	w.Cancel(bare.ID)
	hashes := map[uuid.UUID]string{}
	for _, r := range must(w.Tenant.Envelopes(t.Context(), 0, 100))(t) {
		if r.TaskID != open.ID {
			hashes[r.ID] = r.BodyHash
		}
	}
	ids := []uuid.UUID{task.ID, bare.ID, open.ID}
	bodies := must(w.Tenant.TaskBodies(t.Context(), ids))(t)
	at := time.Now()
	for name, refused := range map[string]struct {
		hash  string
		tasks *store.TaskBody
	}{
		"a body":     {hash: models.BodyHash(`{"b":1}`)},
		"no body":    {hash: ""},
		"a payload":  {tasks: &store.TaskBody{TaskID: task.ID, Payload: `{"a":2}`, Outcome: bodies[task.ID].Outcome}},
		"no payload": {tasks: &store.TaskBody{TaskID: task.ID, Outcome: bodies[task.ID].Outcome}},
		"an outcome": {tasks: &store.TaskBody{TaskID: bare.ID, Outcome: `{}`}},
		"progress":   {tasks: &store.TaskBody{TaskID: bare.ID, Outcome: bodies[bare.ID].Outcome, Progress: "1", ProgressAt: &at}},
		"an end":     {tasks: bodies[open.ID]},
		"a task":     {tasks: &store.TaskBody{TaskID: uuid.New()}},
	} {
		receipts, tasks := map[uuid.UUID]string{}, []*store.TaskBody{bodies[bare.ID]}
		for id, hash := range hashes {
			receipts[id] = hash
		}
		if refused.tasks != nil {
			tasks = append(tasks[:0:0], refused.tasks)
		} else {
			receipts[task.ObligationID] = refused.hash
		}
		if _, err := w.Tenant.Archive(t.Context(), receipts, tasks); err == nil {
			t.Errorf("%s that the database doesn't have was archived", name)
		}
	}
	if _, err := w.Tenant.Archive(t.Context(), map[uuid.UUID]string{uuid.New(): ""}, nil); err == nil {
		t.Error("a receipt that the ledger doesn't have was archived")
	}
	wantEqual(t, "bodies after refusals", []int{len(must(w.Tenant.TaskBodies(t.Context(), ids))(t))}, []int{3})

	both := []*store.TaskBody{bodies[task.ID], bodies[bare.ID]}
	for _, want := range []int{8, 0} {
		wantEqual(t, "moved", []int{must(w.Tenant.Archive(t.Context(), hashes, both))(t)}, []int{want})
	}
	tasks := must(w.Tenant.TasksByID(t.Context(), ids))(t)
	wantEqual(t, "payload hashes", []string{tasks[task.ID].PayloadHash, tasks[bare.ID].PayloadHash}, []string{models.PayloadHash(`{"a":1}`), ""})
	wantEqual(t, "archived", []bool{tasks[task.ID].Archived, tasks[bare.ID].Archived, tasks[open.ID].Archived}, []bool{true, true, false})
	counts, err := s.Verify(t.Context(), &w.ID, func(v store.Violation) { t.Errorf("%+v", v) })
	if err != nil || counts.Archived != 6 {
		t.Errorf("verified are %+v, %v", counts, err)
	}
	envelopes := must(w.Tenant.TaskEnvelopes(t.Context(), ids))(t)
	wantEqual(t, "without bodies", []models.JSON{envelopes[open.ID].Payload, envelopes[task.ID].Payload}, []models.JSON{"", ""})
}
