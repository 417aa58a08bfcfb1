package scenario

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// How a story sees the ledger: through the query receipts, behind what it has seen before.

const ledgerQuery = `query($after: String!) {
  receipts(after: $after, first: 200) {
    nodes { id type from { kind id } to { kind id } task { id } lease { id } parents { id } body }
    pageInfo { hasNextPage endCursor }
  }
}`

// writes compares the receipts that were written since the step before, in the tenant of the last call.
func (p *player) writes(ctx context.Context, s *Step) error {
	if s.Begin != "" {
		return nil // whatever it writes belongs to the step that takes its answer
	}
	written := []any{}
	for tenant := range p.known() {
		receipts, err := p.news(ctx, tenant)
		if err != nil {
			return fmt.Errorf("reading the ledger: %w", err)
		}
		if tenant == p.last {
			written = receipts
		}
	}
	if !s.Writes.given {
		return nil
	}
	wanted, ok := s.Writes.v.([]any)
	if !ok {
		return errors.New("writes is a list of receipts")
	}
	return p.compareReceipts(wanted, written)
}

// known are the story's tenants, as a set.
func (p *player) known() map[string]bool {
	tenants := map[string]bool{}
	for _, id := range p.tenants {
		tenants[id] = true
	}
	return tenants
}

// news reads the receipts behind what was read before.
func (p *player) news(ctx context.Context, tenant string) ([]any, error) {
	after := p.heads[tenant]
	if after == "" {
		after = "0"
	}
	news := []any{}
	for {
		a, err := p.server.call(ctx, caller{tenant, "service:scenario"}, ledgerQuery, map[string]any{"after": after})
		if err != nil {
			return nil, err
		}
		if len(a.Errors) > 0 {
			return nil, errors.New(a.text)
		}
		page, err := at(a.Data, "receipts")
		if err != nil {
			return nil, err
		}
		nodes, _ := at(page, "nodes")
		for _, node := range nodes.([]any) {
			news = append(news, plainReceipt(node.(map[string]any)))
		}
		if end, _ := at(page, "pageInfo.endCursor"); end != nil {
			after = end.(string)
			p.heads[tenant] = after
		}
		if more, _ := at(page, "pageInfo.hasNextPage"); more != true {
			return news, nil
		}
	}
}

// plainReceipt writes a receipt as stories do: principals as kind:id, task, lease and parents as their ids.
func plainReceipt(r map[string]any) map[string]any {
	parents := []any{}
	for _, parent := range r["parents"].([]any) {
		parents = append(parents, idOf(parent))
	}
	return map[string]any{
		"id": r["id"], "type": r["type"], "from": principal(r["from"]), "to": principal(r["to"]), "task": idOf(r["task"]),
		"lease": idOf(r["lease"]), "parents": parents, "body": r["body"],
	}
}

func idOf(v any) any {
	if object, ok := v.(map[string]any); ok {
		return object["id"]
	}
	return nil
}

func principal(v any) string {
	object, _ := v.(map[string]any)
	return strings.ToLower(fmt.Sprint(object["kind"])) + ":" + fmt.Sprint(object["id"])
}

// compareReceipts compares all that was written: first the types, then what is said of each. Bodies are compared whole.
func (p *player) compareReceipts(wanted, written []any) error {
	wantTypes, types := []any{}, []any{}
	for _, w := range wanted {
		if fields, ok := w.(map[string]any); ok {
			w = fields["type"]
		}
		wantTypes = append(wantTypes, w)
	}
	for _, r := range written {
		types = append(types, r.(map[string]any)["type"])
	}
	if differences := match(wantTypes, types, false); len(differences) > 0 {
		return &mismatch{"the receipts written are not as expected", []difference{{"writes", wantTypes, types}}, written}
	}
	for i, w := range wanted {
		fields, ok := w.(map[string]any)
		if !ok {
			continue
		}
		receipt := written[i].(map[string]any)
		if err := p.compareReceipt(fields, receipt); err != nil {
			return fmt.Errorf("receipt %d of writes: %w", i+1, err)
		}
	}
	return nil
}

func (p *player) compareReceipt(wanted, receipt map[string]any) error {
	want, err := resolve(wanted, p.saved)
	if err != nil {
		return err
	}
	fields := want.(map[string]any)
	if name, ok := fields["save"].(string); ok {
		p.saved[name] = receipt["id"]
	}
	delete(fields, "save")
	var differences []difference
	if body, ok := fields["body"]; ok {
		differences = match(map[string]any{"body": body}, map[string]any{"body": receipt["body"]}, true)
		delete(fields, "body")
	}
	differences = append(differences, match(fields, receipt, false)...)
	if len(differences) > 0 {
		return &mismatch{"it is not as expected", differences, receipt}
	}
	return nil
}
