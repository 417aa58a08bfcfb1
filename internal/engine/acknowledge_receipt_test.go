package engine_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/internal/engine"
	"github.com/asyncgate/asyncgate/models"
)

func TestAcknowledgeReceipt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		acknowledge := func(v models.Viewer, id uuid.UUID, note *string) (engine.Acknowledged, error) {
			return w.engine.AcknowledgeReceipt(w.ctx(), v, engine.AcknowledgeReceipt{ReceiptID: id, Note: note})
		}
		task, _ := w.leased(engine.CreateTask{})
		_, done := w.succeeded(engine.CreateTask{})
		result := w.ledger(done.TaskID)[3]
		for name, r := range map[string]*models.Receipt{"Result": result, "Obligation": w.ledger(task.ID)[0], "Accepted": w.ledger(task.ID)[1]} {
			t.Run(name, func(t *testing.T) {
				for _, v := range []models.Viewer{w.stranger, w.worker, w.as(models.KindHuman, "planner")} {
					w.refuses(models.CodeForbidden, func() error { _, err := acknowledge(v, r.ID, nil); return err })
				}
				w.refuses(models.CodePayloadTooLarge, func() error {
					_, err := acknowledge(w.agent, r.ID, ptr(strings.Repeat("x", models.MaxBodyBytes)))
					return err
				})
				// The first counts, whoever sent it.
				first, err := acknowledge(w.admin, r.ID, ptr("seen"))
				if err != nil || first.Receipt.ID != r.ID {
					t.Fatalf("got %+v, %v", first, err)
				}
				a := first.Acknowledgement
				all := w.ledger(uuid.Nil)
				if last := all[len(all)-1]; last.ID != a.ID || last.Seq != a.Seq || last.Type != models.ReceiptAcknowledged || last.From != w.admin.Principal ||
					last.To != models.ServerPrincipal || last.TaskID != uuid.Nil || last.LeaseID != uuid.Nil || last.Body != `{"note":"seen"}` ||
					len(last.Parents) != 1 || last.Parents[0] != r.ID {
					t.Errorf("the acknowledgement is %+v", last)
				}
				for _, v := range []models.Viewer{w.agent, w.admin} {
					for _, note := range []*string{nil, ptr("seen"), ptr("other")} {
						w.writesNothing(func() {
							again, err := acknowledge(v, r.ID, note)
							if err != nil || again.Acknowledgement == nil || again.Acknowledgement.ID != a.ID || again.Acknowledgement.Seq != a.Seq || again.Receipt.ID != r.ID {
								t.Errorf("got %+v, %v", again, err)
							}
						})
					}
				}
			})
		}
		t.Run("OfAnAcknowledgement", func(t *testing.T) {
			all := w.ledger(uuid.Nil)
			w.refuses(models.CodeForbidden, func() error { _, err := acknowledge(w.agent, all[len(all)-1].ID, nil); return err })
			_, err := acknowledge(w.admin, all[len(all)-1].ID, nil)
			wantCode(t, err, "")
			w.verify()
		})
		t.Run("Unknown", func(t *testing.T) {
			w.refuses(models.CodeNotFound, func() error { _, err := acknowledge(w.admin, uuid.New(), nil); return err })
			w.refuses(models.CodeNotFound, func() error { _, err := acknowledge(elsewhere(w.admin), result.ID, nil); return err })
		})
		if len(w.open(w.agent.Principal)) != 1 {
			t.Error("an acknowledgement closed the obligation")
		}
		w.verify()
	})
}

func TestAcknowledgeReceiptManyAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, w *world) {
		replicas := []*world{w}
		if strings.HasPrefix(w.url, "postgres") {
			replicas = append(replicas, w.replica())
		}
		task := w.canceled(engine.CreateTask{})
		for _, r := range w.ledger(task.ID) { // one that awaits its acknowledgement, two that don't
			ids := make([]uuid.UUID, 20)
			var group sync.WaitGroup
			for i := range ids {
				group.Go(func() {
					got, err := replicas[i%len(replicas)].engine.AcknowledgeReceipt(w.ctx(), w.agent, engine.AcknowledgeReceipt{ReceiptID: r.ID, Note: ptr(string(rune('a' + i)))})
					if err != nil || got.Acknowledgement == nil {
						t.Errorf("got %+v, %v", got, err)
						return
					}
					ids[i] = got.Acknowledgement.ID
				})
			}
			group.Wait()
			for _, id := range ids {
				if id != ids[0] {
					t.Errorf("two acknowledgements of %s count", r.Type)
				}
			}
		}
		if n := len(w.ledger(uuid.Nil)); n != 6 {
			t.Errorf("%d receipts", n)
		}
		w.verify()
	})
}
