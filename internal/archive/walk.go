package archive

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
	"github.com/asyncgate/asyncgate/store"
)

// A walk goes through a tenant's ledger once, by seq, from where the last one ended to the first receipt that is not old enough.
// Where it meets the last receipt of a chain that is closed, it takes the chain. A chain to which more is told later, because it is
// open or by an acknowledgement, ends behind, and is met there: so no receipt has to be looked at twice, however many runs there
// are.
type walk struct {
	folder *folder
	t      *store.Tenant
	before time.Time
	draft  *draft // nil when there is nothing to write yet
}

// page is how many receipts are looked at in one statement.
const page = 1000

func (w *walk) run(ctx context.Context) (err error) {
	defer func() {
		if w.draft != nil {
			w.draft.abandon()
		}
	}()
	walked := w.folder.manifest.Walked
	if err := w.sameLedger(ctx, walked); err != nil {
		return err
	}
	began := walked
	for {
		met, more, err := w.next(ctx, walked)
		if err != nil {
			return err
		}
		if err := w.take(ctx, met); err != nil {
			return err
		}
		if len(met) > 0 {
			walked = placeOf(met[len(met)-1])
		}
		if !more {
			break
		}
	}
	switch {
	case w.draft != nil:
		return w.closeFile(ctx, walked)
	case walked == began || w.folder.manifest.Walked != nil && walked.Seq <= w.folder.manifest.Walked.Seq:
		return nil
	default:
		return w.folder.walkedTo(walked)
	}
}

func placeOf(r *models.Receipt) *place { return &place{Seq: r.Seq, Hash: r.Hash} }

// next reads the receipts behind a place that are old enough; more tells whether others may follow.
func (w *walk) next(ctx context.Context, after *place) (met []*models.Receipt, more bool, err error) {
	var seq int64
	if after != nil {
		seq = after.Seq
	}
	met, err = w.t.Envelopes(ctx, seq, page)
	for i, r := range met {
		if !r.CreatedAt.Before(w.before) {
			return met[:i], false, err
		}
	}
	return met, len(met) == page, err
}

// sameLedger refuses a folder that is of another database, or of this one before it was replaced by an older copy.
func (w *walk) sameLedger(ctx context.Context, p *place) error {
	known, err := p.in(ctx, w.t)
	if err == nil && !known {
		err = fmt.Errorf("%s is of another ledger: its receipt %d is not the one here; name another folder with --to", w.folder.path, p.Seq)
	}
	return err
}

// in tells whether a ledger has the place; every one has its beginning, nil.
func (p *place) in(ctx context.Context, t *store.Tenant) (bool, error) {
	if p == nil {
		return true, nil
	}
	at, err := t.Envelopes(ctx, p.Seq-1, 1)
	return len(at) > 0 && at[0].Seq == p.Seq && at[0].Hash == p.Hash, err
}

// take writes the chains that end among these receipts.
func (w *walk) take(ctx context.Context, met []*models.Receipt) error {
	ends, err := w.ends(ctx, met)
	if err != nil {
		return err
	}
	var tasks []uuid.UUID
	for chain := range ends {
		tasks = append(tasks, chain)
	}
	// In the order in which they end, so that a file that is full has all that ends up to there.
	slices.SortFunc(tasks, func(a, b uuid.UUID) int { return int(ends[a].Seq - ends[b].Seq) })
	for some := range slices.Chunk(tasks, chainsAtOnce) {
		chains, err := w.t.Chains(ctx, some)
		if err != nil {
			return err
		}
		for _, task := range some {
			if err := w.takeChain(ctx, task, chains[task], ends[task]); err != nil {
				return err
			}
		}
	}
	return nil
}

// chainsAtOnce bounds how many chains are in memory, without bodies.
const chainsAtOnce = 100

// ends returns the last receipt met of each chain, of those types that may be the last of a closed one: its result, a remark that
// follows that, and an acknowledgement.
func (w *walk) ends(ctx context.Context, met []*models.Receipt) (map[uuid.UUID]*models.Receipt, error) {
	ends := map[uuid.UUID]*models.Receipt{}
	var answers []*models.Receipt
	for _, r := range met {
		switch {
		case r.Archived:
		case r.Type == models.ReceiptAcknowledged:
			answers = append(answers, r)
		case r.Type == models.TaskResultReady, r.Type == models.SystemAnomaly:
			ends[r.TaskID] = r
		}
	}
	tasks, err := w.answeredTasks(ctx, answers)
	for _, r := range answers {
		task := tasks[r.ID]
		if last := ends[task]; task != uuid.Nil && (last == nil || last.Seq < r.Seq) {
			ends[task] = r
		}
	}
	return ends, err
}

// answeredTasks returns, by acknowledgement, the task whose chain it belongs to: that of the receipt it answers, which may be an
// acknowledgement too.
func (w *walk) answeredTasks(ctx context.Context, answers []*models.Receipt) (map[uuid.UUID]uuid.UUID, error) {
	parent := map[uuid.UUID]uuid.UUID{}
	for _, r := range answers {
		parent[r.ID] = r.Parents[0]
	}
	tasks := map[uuid.UUID]uuid.UUID{}
	for len(parent) > 0 {
		var ids []uuid.UUID
		for _, id := range parent {
			ids = append(ids, id)
		}
		answered, err := w.t.EnvelopesByID(ctx, ids)
		if err != nil {
			return nil, err
		}
		for answer, id := range parent {
			switch r := answered[id]; {
			case r == nil || r.Type == models.ReceiptAcknowledged && len(r.Parents) == 0:
				delete(parent, answer) // verify tells of it
			case r.Type == models.ReceiptAcknowledged:
				parent[answer] = r.Parents[0]
			default:
				tasks[answer] = r.TaskID
				delete(parent, answer)
			}
		}
	}
	return tasks, nil
}

// takeChain writes a chain, if it is closed and ends with the receipt that was met.
func (w *walk) takeChain(ctx context.Context, task uuid.UUID, chain []*models.Receipt, met *models.Receipt) error {
	if len(chain) == 0 || chain[len(chain)-1].ID != met.ID {
		return nil
	}
	closed, err := w.closed(ctx, chain)
	if err != nil || !closed {
		return err
	}
	var full []*models.Receipt
	for _, r := range chain {
		if !r.Archived {
			full = append(full, r)
		}
	}
	if w.draft == nil {
		if w.draft, err = w.folder.begin(); err != nil {
			return err
		}
	}
	if err := w.draft.add(ctx, w.t, task, full); err != nil {
		return err
	}
	if w.draft.bytes < w.folder.options.FileBytes {
		return nil
	}
	return w.closeFile(ctx, placeOf(met))
}

// closed tells whether every obligation of a chain is terminated.
func (w *walk) closed(ctx context.Context, chain []*models.Receipt) (bool, error) {
	var owed []uuid.UUID
	for _, r := range chain {
		if r.Type.IsObligation() {
			owed = append(owed, r.ID)
		}
	}
	closers, err := w.t.Closers(ctx, owed)
	for _, id := range owed {
		if closers[id] == uuid.Nil {
			return false, err
		}
	}
	return len(owed) > 0, err
}

// closeFile completes the file that is being written; all chains that end up to p are in it or before it.
func (w *walk) closeFile(ctx context.Context, p *place) error {
	name, err := w.draft.finish()
	if err != nil {
		return err
	}
	w.draft = nil
	return w.folder.complete(ctx, name, p)
}
