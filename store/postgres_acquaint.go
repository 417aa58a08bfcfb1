package store

import (
	"context"
	"sync"
)

// A newcomer's tables are empty, and PostgreSQL takes each for small until it has looked: then it plans to go through all
// rows of a tenant for those of a batch, and keeps that plan while they grow. Its own visits come once a minute, and a table
// can be ten thousand times as large by then. So it is made to look when a table has got its first rows and whenever there are
// ten times as many, until its own visits suffice: a look reads no more than a sample of them.
const (
	firstLook = 300
	lastLook  = 30_000
)

// growth is how many rows of each table this process has inserted.
type growth struct {
	mu   sync.Mutex
	rows map[string]int // inserted by this process, by table
}

// A look is due at a table that has got so many rows.
type look struct {
	table string
	rows  int
}

// by counts what a plan has inserted, and returns the looks that are due.
func (g *growth) by(p *plan) (due []look) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, bulks := range [][]bulk{p.before, p.after} {
		for _, k := range bulks {
			before := g.rows[k.table]
			if k.kind != insert || before >= lastLook {
				continue
			}
			after := before + len(k.rows)
			g.rows[k.table] = after
			for rows := lastLook; rows >= firstLook; rows /= 10 {
				if before < rows && rows <= after {
					due = append(due, look{k.table, rows})
					break
				}
			}
		}
	}
	return due
}

// acquaint makes PostgreSQL look at tables that it knows nothing of, or as smaller. The batch is committed: what goes wrong
// here costs time only.
func (b *postgresBatch) acquaint(ctx context.Context, due []look) {
	for _, l := range due {
		var smaller bool
		err := b.conn.QueryRow(ctx, "SELECT reltuples < $2 FROM pg_class WHERE oid = $1::regclass", l.table, l.rows).Scan(&smaller)
		if err == nil && smaller {
			_, _ = b.conn.Exec(ctx, "ANALYZE (SKIP_LOCKED) "+l.table)
		}
	}
}
