package store

import (
	"context"
	"reflect"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// postgresClaiming is what the candidates' statements tell, beside the candidates.
type postgresClaiming struct {
	// spare is how many more than wanted are chosen, without a lock, in case others hold some of them.
	spare int
	// due says that tasks which have become due are not in their lanes yet.
	due bool
	// short says that others hold so many of the chosen ones that too few were left, though there may be more.
	short bool
}

// firstSpare suffices unless many servers claim the same at once.
const firstSpare = 4

// read locks and reads what the commands need. Where claims find that their choice was too narrow, it is done again: as a
// whole, since what is read without a lock must come after all that is locked.
func (b *postgresBatch) read(ctx context.Context, n *Needs) error {
	spare := firstSpare
	for moved := false; ; {
		b.claiming = postgresClaiming{spare: spare}
		err := b.lockAndRead(ctx, n)
		switch {
		case err != nil:
			return err
		case b.claiming.due && !moved: // what is still due after that is held by others, who will see to it
			moved = true
			err = b.moveDue(ctx)
		case b.claiming.short:
			spare *= 8
			err = b.abandon(ctx)
		default:
			return nil
		}
		if err != nil {
			return err
		}
		b.rows = newRows()
	}
}

// abandon gives up the transaction and its locks.
func (b *postgresBatch) abandon(ctx context.Context) error {
	p := &pipeline{b: b}
	p.queue(nil, "rollback")
	return p.send(ctx, roundRead)
}

// postgresHeads is a subquery of the first task of each lane between $low and $high, arrays of the ends of ranges: a loose scan
// of the index of claims, which reads one entry a lane. It is written for the aliases and parameters that surround it.
func postgresHeads(tenant, low, high string) string {
	head := func(behind, end string) string {
		return "CROSS JOIN LATERAL (SELECT t.lane, t.type, t.capabilities, t.priority, t.created_at, t.id, " + end + " AS high FROM tasks AS t " +
			"WHERE t.tenant_id = " + tenant + " AND t.status = 'queued' AND t.lane " + behind + " AND t.lane <= " + end + " " +
			"ORDER BY t.lane, t.priority DESC, t.created_at, t.id LIMIT 1) AS h"
	}
	return "WITH RECURSIVE heads AS (" +
		"SELECT h.* FROM unnest(" + low + "::uuid[], " + high + "::uuid[]) AS r(low, high) " + head(">= r.low", "r.high") +
		" UNION ALL SELECT h.* FROM heads AS p " + head("> p.lane", "p.high") + ")"
}

func (b *postgresBatch) lockCandidates(p *pipeline, claim Claim, limit int, clock *time.Time) {
	text, args := postgresCandidates(b.all.tasks, b.tenant, claim, limit, b.claiming.spare, clock)
	p.queue(b.scanCandidates(limit), text, args...)
}

// postgresCandidates chooses the best of the lanes that the claim may take, without a lock, then locks the first of them that
// nobody holds: in the end as many as wanted and no more, since what is locked is hidden from other servers. Of n lanes' first
// tasks only those of the n best can be among the n best tasks. Before each task stands whether the choice was full, and
// whether something is due; also when there is no task.
func postgresCandidates(selectTasks string, tenant uuid.UUID, claim Claim, limit, spare int, clock *time.Time) (string, []any) {
	low, high := laneEnds(claim.Types)
	args := []any{pgID(tenant), pgIDs(low), pgIDs(high), string(models.Strings(claim.Capabilities)), limit, limit + limit + spare, clock}
	able := postgres{}.capable("$4")
	if len(claim.Types) > 0 {
		able += " AND t.type = ANY($8)"
		args = append(args, claim.Types)
	}
	const order = " ORDER BY t.priority DESC, t.created_at, t.id "
	const now = "coalesce($7::timestamptz, clock_timestamp())"
	best := "SELECT t.lane FROM heads AS t WHERE " + able + order + "LIMIT $6"
	chosen := "SELECT t.id FROM best CROSS JOIN LATERAL (SELECT t.id, t.priority, t.created_at FROM tasks AS t " +
		"WHERE t.tenant_id = $1 AND t.status = 'queued' AND t.lane = best.lane" + order + "LIMIT $6) AS t" + order + "LIMIT $6"
	soonest := "SELECT " + dueAt + " FROM tasks AS t WHERE t.tenant_id = $1 AND t.status = 'queued' AND t.lane IS NULL ORDER BY " + dueAt + " LIMIT 1"
	// IS TRUE keeps the planner from the index by status, where it would read all that is queued.
	locked := selectTasks + " WHERE t.tenant_id = $1 AND t.id = ANY(ARRAY(SELECT id FROM chosen)) AND (t.status = 'queued') IS TRUE " +
		"AND (t.next_eligible_at IS NULL OR t.next_eligible_at <= " + now + ") AND " + able + order + "LIMIT $5 FOR UPDATE OF t SKIP LOCKED"
	return postgresHeads("$1", "$2", "$3") + ", best AS (" + best + "), chosen AS (" + chosen + ") SELECT said.*, t.* FROM " +
		"(SELECT count(*) = $6 AS full, coalesce((" + soonest + ") <= " + now + ", false) AS due FROM chosen) AS said " +
		"LEFT JOIN LATERAL (" + locked + ") AS t ON true" + order, args
}

// scanCandidates reads the candidates behind what is said of all of them; where there are none, it stands alone.
func (b *postgresBatch) scanCandidates(limit int) func(pgx.BatchResults) error {
	fields := b.s.write.Table(reflect.TypeFor[taskRow]()).Fields
	return func(results pgx.BatchResults) error {
		found, err := results.Query()
		if err != nil {
			return err
		}
		defer found.Close()
		var tasks []*models.Task
		var full, due bool
		for found.Next() {
			var row taskRow
			dests := append([]any{&full, &due}, destinations(fields, &row)...)
			none := found.RawValues()[2] == nil
			if none {
				clear(dests[2:])
			}
			if err := found.Scan(dests...); err != nil {
				return err
			}
			if none {
				continue
			}
			task, err := row.model()
			if err != nil {
				return err
			}
			tasks = append(tasks, task)
		}
		b.rows.addCandidates(tasks)
		b.claiming.due = b.claiming.due || due
		b.claiming.short = b.claiming.short || full && len(tasks) < limit
		return found.Err()
	}
}

// moveDue gives up the transaction and puts what has become due into its lanes, each time in a transaction of its own, until
// nothing is left that nobody else holds.
func (b *postgresBatch) moveDue(ctx context.Context) error {
	if err := b.abandon(ctx); err != nil {
		return err
	}
	for {
		var due []laneRow
		p := &pipeline{b: b}
		p.queue(nil, "begin")
		p.queue(scanDue(&due), "SELECT t.id, t.type, t.capabilities FROM tasks AS t WHERE t.tenant_id = $1 AND t.status = 'queued' AND t.lane IS NULL AND "+
			dueAt+" <= coalesce($2::timestamptz, statement_timestamp()) ORDER BY "+dueAt+", t.id LIMIT $3 FOR UPDATE OF t SKIP LOCKED",
			pgID(b.tenant), b.clock(), moveAtOnce)
		if err := p.send(ctx, roundRead); err != nil {
			return err
		}
		lanes, err := lanesOfDue(due)
		if err != nil {
			return err
		}
		p = &pipeline{b: b}
		for lane, ids := range lanes {
			p.queue(nil, "UPDATE tasks AS t SET lane = $2 WHERE t.tenant_id = $1 AND t.id = ANY($3)", pgID(b.tenant), pgID(lane), pgIDs(ids))
		}
		p.queue(nil, "commit")
		if err := p.send(ctx, roundWrite); err != nil || len(due) < moveAtOnce {
			return err
		}
	}
}

func scanDue(due *[]laneRow) func(pgx.BatchResults) error {
	return func(results pgx.BatchResults) error {
		rows, err := results.Query()
		if err != nil {
			return err
		}
		*due, err = pgx.CollectRows(rows, pgx.RowToStructByPos[laneRow])
		return err
	}
}

func laneEnds(types []string) (low, high []uuid.UUID) {
	for _, r := range laneRanges(types) {
		low, high = append(low, r.low), append(high, r.high)
	}
	return low, high
}

// claimable reads from the first of each lane, and from what is due and not in its lane yet.
func (postgres) claimable(s *Store, tenant uuid.UUID, types []string) *bun.RawQuery {
	low, high := laneEnds(types)
	return s.read.NewRaw(postgresHeads("?0", "ARRAY[?1]", "ARRAY[?2]")+" SELECT t.type, t.capabilities FROM heads AS t UNION ALL "+
		"SELECT t.type, t.capabilities FROM tasks AS t WHERE t.tenant_id = ?0 AND t.status = 'queued' AND t.lane IS NULL AND "+dueAt+" <= ?3",
		tenant, bun.List(low), bun.List(high), postgres{}.currentTime(s))
}
