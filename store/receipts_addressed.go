package store

import (
	"strings"

	"github.com/uptrace/bun"

	"github.com/asyncgate/asyncgate/models"
)

// The index of addressees is ordered by type before seq: a page of one type is read from its place in it. Of several, a database
// would sort all that somebody ever got, or go through the ledger in hope. So the page is found in the pages of each type.

// ofSeveralTypes tells whether f selects what is addressed to somebody and of several types, and of nothing narrower.
func (f ReceiptFilter) ofSeveralTypes() bool {
	return f.To != nil && f.TaskID == nil && f.LeaseID == nil && len(f.Types) != 1
}

// addressed makes q read the page from those of each type.
func (t *Tenant) addressed(q *bun.SelectQuery, f ReceiptFilter, page seqPage) *bun.SelectQuery {
	types := distinct(f.Types)
	if len(types) == 0 {
		types = models.ReceiptTypes()
	}
	pages := make([]any, len(types))
	for i, one := range types {
		f.Types = []models.ReceiptType{one}
		of := t.s.read.NewSelect().TableExpr("receipts AS r").ColumnExpr("r.seq").Where("r.tenant_id = ?", t.id)
		pages[i] = page.of(f.apply(of, t.id), "r.seq")
	}
	all := strings.TrimSuffix(strings.Repeat("SELECT p.seq FROM (?) AS p UNION ALL ", len(pages)), " UNION ALL ")
	merged := t.s.read.NewSelect().TableExpr("("+all+") AS r", pages...).ColumnExpr("r.seq")
	return q.Where("r.seq IN (?)", page.of(merged, "r.seq"))
}
