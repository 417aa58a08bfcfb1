package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// TaskBody is what of a task may move to an archive file: canonical texts, "" for what it doesn't have. Outcome is as the
// database keeps it.
type TaskBody struct {
	TaskID     uuid.UUID
	Payload    models.JSON
	Outcome    models.JSON
	Progress   models.JSON
	ProgressAt *time.Time
}

// Archive empties receipts, by id with the BodyHash of what an archive file has as their body, and tasks that an archive file
// holds. It is one transaction; what is empty already stays so, and moved tells how many were not. All is compared first: it is an
// error, and nothing is changed, if the ledger has another hash or no such receipt, or a task holds something else or has not
// ended. UNAVAILABLE as Batch; to repeat it is safe.
func (t *Tenant) Archive(ctx context.Context, receipts map[uuid.UUID]string, tasks []*TaskBody) (moved int, err error) {
	for range maxTries {
		err = t.s.write.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			a := &archiving{t: t, tx: tx}
			// Tasks first, as batches lock them.
			if err := a.empty(ctx, tasks); err != nil {
				return err
			}
			err := a.emptyReceipts(ctx, receipts)
			moved = a.moved
			return err
		})
		if err == nil || !errors.Is(err, errArchivedMeanwhile) && !t.s.dialect.conflict(err) {
			break
		}
	}
	return moved, t.s.fault(err)
}

// errArchivedMeanwhile: somebody else emptied what was still full when it was compared.
var errArchivedMeanwhile = errors.New("another archiver was here")

type archiving struct {
	t     *Tenant
	tx    bun.Tx
	moved int
}

func (a *archiving) emptyReceipts(ctx context.Context, hashes map[uuid.UUID]string) error {
	if len(hashes) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(hashes))
	for id := range hashes {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	var rows []*receiptRow
	err := a.tx.NewSelect().Model(&rows).Column("id", "body_hash", "archived").
		Where("r.tenant_id = ?", a.t.id).Where("r.id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return err
	}
	if len(rows) != len(ids) {
		return fmt.Errorf("the ledger of tenant %s has %d of %d receipts", a.t.id, len(rows), len(ids))
	}
	var full []uuid.UUID
	for _, r := range rows {
		if nullText(hashes[r.ID]) == nil != (r.BodyHash == nil) || r.BodyHash != nil && *r.BodyHash != hashes[r.ID] {
			return fmt.Errorf("the body of receipt %s is not the one that its hash in the ledger is of", r.ID)
		}
		if !r.Archived {
			full = append(full, r.ID)
		}
	}
	if len(full) == 0 {
		return nil
	}
	return a.update(ctx, len(full), a.tx.NewUpdate().Model((*receiptRow)(nil)).Set("archived = TRUE").Set("body = '{}'").
		Where("r.tenant_id = ?", a.t.id).Where("r.id IN (?)", bun.List(full)).Where("NOT r.archived"))
}

func (a *archiving) empty(ctx context.Context, bodies []*TaskBody) error {
	ids := make([]uuid.UUID, len(bodies))
	for i, b := range bodies {
		ids[i] = b.TaskID
	}
	kept, archived, err := a.t.taskBodies(ctx, a.tx, ids)
	if err != nil {
		return err
	}
	var full []uuid.UUID
	var hashes []any // of each its id and its payload's
	for _, b := range bodies {
		if archived[b.TaskID] {
			continue
		}
		if has := kept[b.TaskID]; has == nil || has.Outcome == "" || !has.same(b) {
			return fmt.Errorf("task %s is not as the archive file has it", b.TaskID)
		}
		full = append(full, b.TaskID)
		hashes = append(hashes, b.TaskID, nullText(models.PayloadHash(b.Payload)))
	}
	if len(full) == 0 {
		return nil
	}
	return a.update(ctx, len(full), a.tx.NewUpdate().Model((*taskRow)(nil)).
		Set("archived = TRUE").Set("payload_hash = CASE t.id"+strings.Repeat(" WHEN ? THEN ?", len(full))+" END", hashes...).
		Set("payload = NULL").Set("outcome = NULL").Set("progress = NULL").Set("progress_at = NULL").
		Where("t.tenant_id = ?", a.t.id).Where("t.id IN (?)", bun.List(full)).Where("NOT t.archived"))
}

func (a *archiving) update(ctx context.Context, want int, q *bun.UpdateQuery) error {
	result, err := q.Exec(ctx)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n != int64(want) {
		err = errArchivedMeanwhile
	}
	a.moved += want
	return err
}

func (b *TaskBody) same(o *TaskBody) bool {
	return b.Payload == o.Payload && b.Outcome == o.Outcome && b.Progress == o.Progress && sameInstant(b.ProgressAt, o.ProgressAt)
}

func sameInstant(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }
