package faults_test

import (
	"encoding/json"
	"testing"
)

// receipt is one as the API shows it, as far as a query asks.
type receipt struct {
	Cursor   string `json:"-"`
	ID       string
	Seq      int64
	Type     string
	From, To struct{ Kind, ID string }
	Task     *struct{ ID, Status string }
	Lease    *struct{ ID string }
	Parents  []struct{ ID string }
	Body     json.RawMessage
}

// body returns a field of the receipt's body, nil when there is none.
func (r *receipt) body(field string) any {
	var fields map[string]any
	_ = json.Unmarshal(r.Body, &fields) // a body is an object
	return fields[field]
}

func (r *receipt) taskID() string {
	if r.Task == nil {
		return ""
	}
	return r.Task.ID
}

func (r *receipt) leaseID() string {
	if r.Lease == nil {
		return ""
	}
	return r.Lease.ID
}

// ledger is a tenant's ledger, read from its first receipt to its last.
type ledger []receipt

// readLedger reads what a stream shows of it, readWhole all that others hold against it. Both read it by pages and check
// that no position is left out.
func readLedger(t *testing.T, c caller, to []address) ledger {
	t.Helper()
	return readFields(t, c, to, "id seq type to { kind id }")
}

func readWhole(t *testing.T, c caller, to []address) ledger {
	t.Helper()
	return readFields(t, c, to, "id seq type from { kind id } to { kind id } task { id } lease { id } parents { id } body")
}

func readFields(t *testing.T, c caller, to []address, fields string) ledger {
	t.Helper()
	var all ledger
	for after := "0"; ; {
		var page struct {
			Receipts struct {
				Edges []struct {
					Cursor string
					Node   receipt
				}
				PageInfo struct{ HasNextPage bool }
			}
		}
		c.must(t, to, `query($after: String) { receipts(first: 200, after: $after) {
			edges { cursor node { `+fields+` } }
			pageInfo { hasNextPage } } }`, vars{"after": after}, &page)
		for _, e := range page.Receipts.Edges {
			after, e.Node.Cursor = e.Cursor, e.Cursor
			all = append(all, e.Node)
			if e.Node.Seq != int64(len(all)) {
				t.Fatalf("the ledger has receipt %d where %d was to be", e.Node.Seq, len(all))
			}
		}
		if !page.Receipts.PageInfo.HasNextPage {
			return all
		}
	}
}

// those returns the receipts that match.
func (l ledger) those(match func(r *receipt) bool) ledger {
	var found ledger
	for i := range l {
		if match(&l[i]) {
			found = append(found, l[i])
		}
	}
	return found
}

// results returns what resultReady streams to an agent.
func (l ledger) results(agent string) ledger {
	return l.those(func(r *receipt) bool { return r.Type == "TASK_RESULT_READY" && r.To.ID == agent })
}

// after returns what lies behind a position.
func (l ledger) after(seq int64) ledger { return l[min(int(seq), len(l)):] }

func (l ledger) types() []string {
	types := []string{}
	for _, r := range l {
		types = append(types, r.Type)
	}
	return types
}
