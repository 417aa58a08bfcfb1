package scenario

import (
	"context"
	"fmt"
	"strings"
)

// How a story sees the ledger: through the queries ledgerHead and receipts, as any client does.

const receiptsQuery = `query($after: String, $first: Int, $last: Int) {
  receipts(after: $after, first: $first, last: $last) {
    nodes { id type from { kind id } to { kind id } task { id } lease { id } parents { id } body }
    pageInfo { hasNextPage endCursor }
  }
}`

// ask makes a query about the ledger of a tenant.
func (p *player) ask(ctx context.Context, tenant, query string, variables map[string]any) (any, error) {
	who := caller{tenant: tenant, principal: "service:scenario"}
	var err error
	if len(p.keys) > 0 {
		who.key, err = p.key(who, []string{"read"})
	}
	if err != nil {
		return nil, err
	}
	a, err := p.server.call(ctx, who, query, variables)
	if err != nil {
		return nil, err
	}
	if len(a.Errors) > 0 {
		return nil, fmt.Errorf("reading the ledger: %s", short(a.text))
	}
	return a.Data, nil
}

// head returns the cursor behind the newest receipt.
func (p *player) head(ctx context.Context, tenant string) (string, error) {
	data, err := p.ask(ctx, tenant, "{ ledgerHead }", nil)
	if err != nil {
		return "", err
	}
	head, err := at(data, "ledgerHead")
	return fmt.Sprint(head), err
}

// since reads the receipts behind a cursor.
func (p *player) since(ctx context.Context, tenant, after string) ([]any, error) {
	receipts := []any{}
	for {
		data, err := p.ask(ctx, tenant, receiptsQuery, map[string]any{"after": after, "first": 200})
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, plainReceipts(data)...)
		if more, err := at(data, "receipts.pageInfo.hasNextPage"); more != true {
			return receipts, err
		}
		end, err := at(data, "receipts.pageInfo.endCursor")
		if err != nil {
			return nil, err
		}
		after = fmt.Sprint(end)
	}
}

// newest reads the newest receipts, oldest first.
func (p *player) newest(ctx context.Context, tenant string, n int) ([]any, error) {
	data, err := p.ask(ctx, tenant, receiptsQuery, map[string]any{"last": n})
	if err != nil {
		return nil, err
	}
	return plainReceipts(data), nil
}

func plainReceipts(data any) []any {
	nodes, _ := at(data, "receipts.nodes")
	list, _ := nodes.([]any)
	receipts := make([]any, len(list))
	for i, node := range list {
		receipts[i] = plainReceipt(node.(map[string]any))
	}
	return receipts
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

// writes makes a call and compares the receipts that it has written.
func (p *player) writes(ctx context.Context, s *Step, tenant string, call func() error) error {
	before, err := p.head(ctx, tenant)
	if err != nil {
		return err
	}
	if err := call(); err != nil {
		return err
	}
	written, err := p.since(ctx, tenant, before)
	if err != nil {
		return err
	}
	return p.compareReceipts(s.Writes.list(), written)
}

// compareReceipts compares all receipts: first the types, then what is said of each. Bodies are compared whole.
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
		return &mismatch{"the receipts are not as expected", []difference{{"the types", wantTypes, types}}, written}
	}
	for i, w := range wanted {
		fields, ok := w.(map[string]any)
		if !ok {
			continue
		}
		receipt := written[i].(map[string]any)
		if err := p.compareReceipt(fields, receipt); err != nil {
			return fmt.Errorf("receipt %d: %w", i+1, err)
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
