package faults_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/asyncgate/asyncgate/internal/testkit"
)

// moment is where a commit loses its connection.
type moment string

const (
	// The server has sent the commit; the database never gets it.
	beforeTheDatabase moment = "before the database has it"
	// The database gets it, and what becomes of it nobody knows.
	atTheDatabase moment = "when the database has just got it"
	// The database has committed and says so; the server never hears of it.
	whenCommitted moment = "when the database has committed"
)

// commitCut cuts the connection that is the first to commit; later ones are left alone.
type commitCut struct {
	at    moment
	owner atomic.Pointer[connection]
}

func (f *commitCut) statement(c *connection, text string) bool {
	return text != "commit" || !f.owner.CompareAndSwap(nil, c) || f.at != beforeTheDatabase
}

func (f *commitCut) sent(c *connection) bool { return f.owner.Load() != c || f.at != atTheDatabase }

func (f *commitCut) answer(c *connection, m message) int {
	if f.owner.Load() == c && f.at == whenCommitted && m.kind == commandComplete && m.texts(1)[0] == "COMMIT" {
		return 0
	}
	return len(m.bytes)
}

func (f *commitCut) fired() bool { return f.owner.Load() != nil }

// answerCut cuts the connection that is the first to begin a transaction, behind so many of the database's messages from
// then on and a part of the next one.
type answerCut struct {
	noFault
	after int
	part  float64 // of the next message, below 1
	owner atomic.Pointer[connection]
	count atomic.Int64
}

func (f *answerCut) statement(c *connection, text string) bool {
	if text == "begin" {
		f.owner.CompareAndSwap(nil, c)
	}
	return true
}

func (f *answerCut) answer(c *connection, m message) int {
	if f.owner.Load() != c || f.count.Add(1) != int64(f.after+1) {
		return len(m.bytes)
	}
	return int(f.part * float64(len(m.bytes)))
}

func (f *answerCut) fired() bool { return f.count.Load() > int64(f.after) }

// Whatever answer of the database is lost, the caller hears that it may repeat its call, and the repeated call, on this server
// or the other, tells what is in the ledger, which has everything once.
func TestCutDuringCommit(t *testing.T) { //nolint:tparallel // the mutations share a proxy, which cuts one at a time
	t.Parallel()
	databaseURL := testkit.Postgres(t)
	proxy := startPostgresProxy(t, databaseURL)
	all := serve(t, []string{proxy.databaseURL, databaseURL})
	allFields(t, all)
	random := newChance(t).part(0)

	made := 0
	for _, m := range mutations {
		t.Run(m.field+m.variant, func(t *testing.T) {
			for _, at := range []moment{beforeTheDatabase, atTheDatabase, whenCommitted} {
				f := &commitCut{at: at}
				if answered := lose(t, all, proxy, f, m.call, string(at), certaintyAt[at]); answered || !f.fired() {
					t.Errorf("cut %s: answered %v, cut %v", at, answered, f.fired())
				}
				made++
			}
			for i := 0; *boundaries == 0 || i < *boundaries; i++ {
				f := &answerCut{after: i, part: random.Float64()}
				if *boundaries > 0 {
					f.after = random.IntN(50)
				}
				lose(t, all, proxy, f, m.call, fmt.Sprintf("behind %d messages and %.2f of the next", f.after, f.part), unknown)
				if f.fired() {
					made++
				} else if *boundaries == 0 {
					return // the call needed no more messages
				}
			}
		})
	}
	t.Logf("%d cuts; %s", made, all.mustVerify(t, databaseURL))
}

var certaintyAt = map[moment]certainty{beforeTheDatabase: no, atTheDatabase: unknown, whenCommitted: yes}

// breakable is a fault that tells whether it has come about.
type breakable interface {
	fault
	fired() bool
}

// lose makes a call on the first server while a fault is set, and again, and compares with the ledger. known is what the
// fault leaves of the first. It returns whether the first was answered with success all the same.
func lose(t *testing.T, all servers, proxy *postgresProxy, f breakable, prepare func(*scene) call, where string, known certainty) (answered bool) {
	t.Helper()
	s := newScene(t, all)
	c := prepare(s)
	before := len(readWhole(t, s.agent, s.to))

	proxy.set(f)
	var first map[string]any
	err := c.caller.once(t.Context(), s.to[0], c.query, c.vars, &first)
	proxy.set(nil)
	if err == nil {
		err = itemError(first)
	}
	if err != nil && (!again(err) || !f.fired()) {
		t.Errorf("cut %s: the call got %v", where, err)
	}

	added := readWhole(t, s.agent, s.to)[before:]
	whole := slices.Equal(added.types(), c.wants)
	if len(c.wants) > 0 {
		if !whole && (len(added) > 0 || known == yes || err == nil) || whole && known == no {
			t.Errorf("cut %s: the call got %v, and the ledger %v", where, err, added.types())
		}
		if whole {
			known = yes
		}
	}
	var second map[string]any
	if c.instead == nil || c.instead() == "" {
		c.caller.must(t, s.to[before%2:], c.query, c.vars, &second)
	}
	added = readWhole(t, s.agent, s.to)[before:]
	if !slices.Equal(added.types(), c.wants) {
		t.Errorf("cut %s, and repeated: the ledger got %v, want %v", where, added.types(), c.wants)
	} else if problem := c.check(second, added, known); problem != "" {
		t.Errorf("cut %s, and repeated: %s: %v, new receipts %+v", where, problem, second, added)
	}
	return err == nil
}

// itemError returns what an answer says of an item of a batch that may succeed later.
func itemError(a map[string]any) error {
	items, _ := a["completeTasks"].([]any)
	for _, item := range items {
		if dig(item, "error.retryable") == true {
			refused := &refusal{Message: fmt.Sprint(dig(item, "error.message"))}
			refused.Extensions.Code, refused.Extensions.Retryable = fmt.Sprint(dig(item, "error.code")), true
			return refused
		}
	}
	return nil
}

// allFields checks that no mutation of the schema is left out.
func allFields(t *testing.T, all servers) {
	t.Helper()
	var a struct {
		Schema struct {
			MutationType struct{ Fields []struct{ Name string } }
		} `json:"__schema"`
	}
	newScene(t, all).agent.must(t, all.addresses(), `{ __schema { mutationType { fields { name } } } }`, nil, &a)
	known := map[string]bool{}
	for _, m := range mutations {
		known[m.field] = true
	}
	for _, f := range a.Schema.MutationType.Fields {
		if !known[f.Name] {
			t.Errorf("the mutation %s is never cut: add it to mutations_test.go", f.Name)
		}
	}
}
