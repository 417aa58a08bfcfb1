package store

import (
	"time"

	"github.com/uptrace/bun"
)

// Pool is the state of a pool of connections.
type Pool struct {
	// Max is how many connections it may have, InUse and Idle how many it has.
	Max, InUse, Idle int
	// Waits is how often somebody had to wait for one, and Waited how long in all, since the start.
	Waits  int64
	Waited time.Duration
}

// Pools returns the state of the pools by name: "all" on PostgreSQL, "readers" and "writer" on SQLite.
func (s *Store) Pools() map[string]Pool {
	if s.read == s.write {
		return map[string]Pool{"all": poolOf(s.read)}
	}
	return map[string]Pool{"readers": poolOf(s.read), "writer": poolOf(s.write)}
}

func poolOf(db *bun.DB) Pool {
	stats := db.Stats()
	return Pool{
		Max: stats.MaxOpenConnections, InUse: stats.InUse, Idle: stats.Idle, Waits: stats.WaitCount, Waited: stats.WaitDuration,
	}
}
