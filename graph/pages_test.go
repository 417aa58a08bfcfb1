package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/asyncgate/asyncgate/graph"
	"github.com/asyncgate/asyncgate/store"
)

// Every list, and how its rows are told apart.
var lists = []string{
	"tasks(first: %d%s)",
	"leases(first: %d%s)",
	"receipts(first: %d%s)",
	"openObligations(first: %d%s)",
}

func TestPagesGoThroughTheWholeList(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		fill(t, s, 3)
		for _, list := range lists {
			all := s.must(t, "{ l: "+fmt.Sprintf(list, 200, "")+" { nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }", "")
			rows := at(t, all, "l.nodes").([]any)
			if len(rows) < 3 || at(t, all, "l.pageInfo.hasNextPage") != false || at(t, all, "l.pageInfo.hasPreviousPage") != false {
				t.Fatalf("%s: %v", list, all)
			}
			last := fmt.Sprint(len(rows) - 1)
			if at(t, all, "l.pageInfo.startCursor") != at(t, all, "l.edges.0.cursor") ||
				at(t, all, "l.pageInfo.endCursor") != at(t, all, "l.edges."+last+".cursor") {
				t.Errorf("%s: %v", list, at(t, all, "l.pageInfo"))
			}
			var walked []string
			after := ""
			for {
				page := s.must(t, "{ l: "+fmt.Sprintf(list, 2, after)+" { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } }", "")
				for i := range at(t, page, "l.nodes").([]any) {
					walked = append(walked, text(t, page, fmt.Sprintf("l.nodes.%d.id", i)))
				}
				if at(t, page, "l.pageInfo.hasPreviousPage") != (after != "") {
					t.Errorf("%s: hasPreviousPage with %q", list, after)
				}
				if at(t, page, "l.pageInfo.hasNextPage") == false {
					break
				}
				after = fmt.Sprintf(", after: %q", text(t, page, "l.pageInfo.endCursor"))
			}
			want := make([]string, len(rows))
			for i := range rows {
				want[i] = text(t, all, fmt.Sprintf("l.nodes.%d.id", i))
			}
			if !slices.Equal(walked, want) {
				t.Errorf("%s: walked %v, want %v", list, walked, want)
			}
		}
	})
}

func TestEmptyPageHasNoCursors(t *testing.T) {
	t.Parallel()
	s := newStage(t, sqliteURL(t), store.Options{}, graph.Options{})
	for _, list := range lists {
		data := s.must(t, "{ l: "+fmt.Sprintf(list, 1, "")+" { nodes { id } edges { cursor } pageInfo { hasNextPage startCursor endCursor } } }", "")
		if got := encode(t, data); got != `{"l":{"edges":[],"nodes":[],"pageInfo":{"endCursor":null,"hasNextPage":false,"startCursor":null}}}` {
			t.Errorf("%s: %s", list, got)
		}
	}
}

func TestCursorsOfOtherListsAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		fill(t, s, 2)
		cursors := s.must(t, "{ tasks { pageInfo { endCursor } } leases { pageInfo { endCursor } } ledgerHead }", "")
		for list, cursor := range map[string]string{
			"tasks":           text(t, cursors, "leases.pageInfo.endCursor"),
			"leases":          text(t, cursors, "ledgerHead"),
			"receipts":        text(t, cursors, "tasks.pageInfo.endCursor"),
			"openObligations": text(t, cursors, "tasks.pageInfo.endCursor"),
		} {
			if a := s.do(t, fmt.Sprintf("{ %s(after: %q) { nodes { id } } }", list, cursor), ""); a.code(t) != bad {
				t.Errorf("%s: %v", list, a.Errors)
			}
		}
		other := s.as(s.viewer)
		other.viewer.TenantID[0]++
		if a := other.do(t, fmt.Sprintf("{ receipts(after: %q) { nodes { id } } }", cursors["ledgerHead"]), ""); a.code(t) != bad {
			t.Errorf("another tenant's: %v", a.Errors)
		}
		nested := fmt.Sprintf("{ tasks { nodes { receipts(after: %q) { nodes { id } } } } }", text(t, cursors, "tasks.pageInfo.endCursor"))
		if a := s.do(t, nested, ""); a.code(t) != bad {
			t.Errorf("nested: %v", a.Errors)
		}
		if a := s.do(t, "{ tasks { nodes { receipts(first: 0) { nodes { id } } } } }", ""); a.code(t) != bad {
			t.Errorf("nested: %v", a.Errors)
		}
	})
}

func TestNestedPagesContinue(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *stage) {
		s.create(t)
		s.claim(t)
		data := s.must(t, "{ tasks { nodes { receipts(first: 1) { nodes { type } pageInfo { hasNextPage endCursor } } } } }", "")
		if text(t, data, "tasks.nodes.0.receipts.nodes.0.type") != "TASK_ASSIGNED" || at(t, data, "tasks.nodes.0.receipts.pageInfo.hasNextPage") != true {
			t.Fatalf("%v", data)
		}
		after := text(t, data, "tasks.nodes.0.receipts.pageInfo.endCursor")
		data = s.must(t, fmt.Sprintf("{ tasks { nodes { receipts(first: 1, after: %q) { nodes { type } pageInfo { hasNextPage hasPreviousPage } } } } }", after), "")
		if text(t, data, "tasks.nodes.0.receipts.nodes.0.type") != "TASK_ACCEPTED" || at(t, data, "tasks.nodes.0.receipts.pageInfo.hasPreviousPage") != true {
			t.Errorf("%v", data)
		}
	})
}
