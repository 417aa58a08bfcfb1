package store

import (
	"context"
	"sync"
)

// acquainted is how many rows a table gets before PostgreSQL is made to look at it.
const acquainted = 300

// A newcomer's tables are empty, and PostgreSQL takes each for small until it has looked: then it plans to go through all
// rows of a tenant for those of a batch, and keeps that plan while they grow. Its own visits come once a minute. So a table that
// has got its first rows is looked at once; from then on its own visits suffice.
type growth struct {
	mu   sync.Mutex
	rows map[string]int // inserted by this process, by table
}

// by counts what a plan has inserted, and returns the tables that are to be looked at.
func (g *growth) by(p *plan) (due []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, bulks := range [][]bulk{p.before, p.after} {
		for _, k := range bulks {
			before := g.rows[k.table]
			if k.kind != insert || before >= acquainted {
				continue
			}
			if g.rows[k.table] += len(k.rows); g.rows[k.table] >= acquainted {
				due = append(due, k.table)
			}
		}
	}
	return due
}

// acquaint makes PostgreSQL look at tables that it knows nothing of, or knew as small. The batch is committed: what goes wrong
// here costs time only.
func (b *postgresBatch) acquaint(ctx context.Context, tables []string) {
	for _, table := range tables {
		var small bool
		err := b.conn.QueryRow(ctx, "SELECT reltuples < $2 FROM pg_class WHERE oid = $1::regclass", table, acquainted).Scan(&small)
		if err == nil && small {
			_, _ = b.conn.Exec(ctx, "ANALYZE (SKIP_LOCKED) "+table)
		}
	}
}
