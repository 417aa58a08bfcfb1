package store

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/asyncgate/asyncgate/models"
)

// Needs names the rows that a batch locks or reads before it decides. Lists may hold duplicates.
type Needs struct {
	// Tasks are locked, with the leases that hold them; Leases are locked, with their tasks.
	Tasks  []uuid.UUID
	Leases []uuid.UUID
	// Due are leases that are locked, with their tasks, where nobody else holds them; what somebody holds is absent.
	Due []uuid.UUID
	// Keys are idempotency keys whose tasks are read.
	Keys []Key
	// Receipts are read; Acknowledged are locked as far as they were acknowledged or await it.
	Receipts     []uuid.UUID
	Acknowledged []uuid.UUID
	// Terminated are tasks whose obligation's terminator is read.
	Terminated []uuid.UUID
	// Claims are filters of claimable tasks, each once; see Claim. Contended is how many of their candidates the other
	// operations of the batch may take.
	Claims    []Claim
	Contended int
}

// Key is an idempotency key in its scope, the creator.
type Key struct {
	Creator models.Principal
	Key     string
}

// Claim is a filter of claimable tasks: of one of the types (any if empty) and requiring nothing beyond capabilities.
type Claim struct {
	Types        []string
	Capabilities []string
	// AtMost is how many of them a batch is to find.
	AtMost int
}

// Same tells whether the filters are written the same.
func (c Claim) Same(o Claim) bool {
	return slices.Equal(o.Types, c.Types) && slices.Equal(o.Capabilities, c.Capabilities)
}

// Claim adds a claim. Those with the same filter are one, whose candidates are dealt out in memory.
func (n *Needs) Claim(c Claim) {
	if i := slices.IndexFunc(n.Claims, c.Same); i >= 0 {
		n.Claims[i].AtMost += c.AtMost
		return
	}
	n.Claims = append(n.Claims, c)
}

// candidates returns how many tasks are to be read for a claim: as many as it wants and the others may take from it. No
// more, since what is locked here is hidden from other replicas.
func (n *Needs) candidates(c Claim) int {
	sum := n.Contended
	for _, o := range n.Claims {
		apart := len(c.Types) > 0 && len(o.Types) > 0 && !slices.ContainsFunc(c.Types, func(t string) bool { return slices.Contains(o.Types, t) })
		if !apart {
			sum += o.AtMost
		}
	}
	return sum
}

// Rows are what a batch found, locked where Needs says so. The batch may change tasks and leases in place.
type Rows struct {
	// Now is the transaction's time, read after the locks were taken.
	Now    time.Time
	Tasks  map[uuid.UUID]*models.Task
	Leases map[uuid.UUID]*models.Lease
	// Held holds, by task, the lease that holds it.
	Held     map[uuid.UUID]*models.Lease
	Keys     map[Key]*models.Task
	Receipts map[uuid.UUID]*models.Receipt
	// Acknowledged holds, by receipt, the acknowledgement; uuid.Nil when the receipt awaits it.
	Acknowledged map[uuid.UUID]uuid.UUID
	// Terminated holds, by task, the receipt that terminated its obligation.
	Terminated map[uuid.UUID]uuid.UUID
	// Candidates are the claimable tasks of each of Needs.Claims, in the order in which they are to be claimed. Tasks holds
	// them too.
	Candidates [][]*models.Task
}

// Writes are what a batch decided.
type Writes struct {
	NewTasks      []*models.Task
	ChangedTasks  []*models.Task
	NewLeases     []*models.Lease
	ChangedLeases []*models.Lease
	// Receipts are appended to the ledger in this order; Batch sets their Seq.
	Receipts []*models.Receipt
	// Acknowledged are the receipts that the receipt.acknowledged among Receipts answer, by the acknowledgement's id.
	Acknowledged map[uuid.UUID]*models.Receipt
	// Counts are the changes of the number of tasks by type and status.
	Counts map[Count]int
}

// Count names a number of tasks.
type Count struct {
	Type   string
	Status models.TaskStatus
}

// Empty tells whether nothing was decided.
func (w *Writes) Empty() bool {
	return len(w.NewTasks)+len(w.ChangedTasks)+len(w.NewLeases)+len(w.ChangedLeases)+len(w.Receipts) == 0
}

// Decide turns rows into writes. It may be called more than once, each time with fresh rows, when another replica was
// faster; only what the last call decided is committed.
type Decide func(*Rows) *Writes

// maxTries bounds how often a batch is run when it loses races against other replicas.
const maxTries = 6

// Batch is the one way to write: in one transaction of one tenant it locks and reads what needs names, calls decide, writes
// what that decided with its receipts and projections, moves the ledger's head and commits. All of it happens or nothing.
// It returns UNAVAILABLE when the database is out of reach or can't write, it is unknown whether the commit went through, or
// every try lost a race.
func (s *Store) Batch(ctx context.Context, tenant uuid.UUID, needs *Needs, decide Decide) error {
	var err error
	wrote := false
	noting := func(rows *Rows) *Writes {
		w := decide(rows)
		wrote = !w.Empty()
		return w
	}
	for range maxTries {
		err = s.dialect.batch(ctx, s, tenant, needs, noting)
		if err == nil || !s.dialect.conflict(err) {
			break
		}
	}
	return s.committed(err, wrote)
}
