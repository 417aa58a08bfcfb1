package main_test

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// heard is what a subscription is told.
type heard struct {
	document string
	// first is closed by the first event; whole has everything, once the stream has ended.
	first chan struct{}
	whole chan string
}

// listen subscribes over Server-Sent Events.
func (w *tenants) listen(t *testing.T, tenant, principal, document string, variables map[string]any) *heard {
	t.Helper()
	h := &heard{document: document, first: make(chan struct{}), whole: make(chan string, 1)}
	body := w.open(t, "text/event-stream", tenant, principal, document, variables).Body
	t.Cleanup(func() { body.Close() })
	go func() {
		var b strings.Builder
		lines := bufio.NewScanner(body)
		lines.Buffer(nil, 1<<20)
		for told := false; lines.Scan(); {
			line := lines.Text()
			if line == ":" || line == "" { // a ping, or the end of what came before
				continue
			}
			b.WriteString(traceIDs.ReplaceAllString(line, `"traceId":"…"`) + "\n")
			if strings.HasPrefix(line, "data: ") && !told {
				told = true
				close(h.first)
			}
		}
		h.whole <- b.String()
	}()
	return h
}

// begun tells whether each has been told something.
func begun(all []*heard) bool {
	for _, h := range all {
		select {
		case <-h.first:
		default:
			return false
		}
	}
	return true
}

// stir tells every subscription of a tenant something: a task becomes available, is claimed and canceled, which ends its lease.
func (w *tenants) stir(t *testing.T, c caller, word string) {
	t.Helper()
	kind := word + "-type-stir-" + uuid.NewString()
	data := w.must(t, c.id, c.planner, `mutation($i: CreateTaskInput!) { createTask(input: $i) { task { id } } }`, map[string]any{"i": map[string]any{
		"type": kind, "payload": word, "requirements": map[string]any{"capabilities": []string{word + "-skill"}}}})
	w.must(t, c.id, c.worker, `mutation($i: ClaimTasksInput!) { claimTasks(input: $i) { leases { id } } }`, map[string]any{"i": map[string]any{
		"types": []string{kind}, "capabilities": []string{word + "-skill"}, "ttlSeconds": 1800}})
	w.must(t, c.id, c.planner, `mutation($i: CancelTaskInput!) { cancelTask(input: $i) { canceled } }`, map[string]any{"i": map[string]any{
		"taskId": find(data, "createTask", "task", "id"), "reason": word}})
}

// follow subscribes, as the other, to everything, and to what is the owner's and what is nobody's. Both tenants go on with their
// work until all that is subscribed to without naming anything has been told; then the server stops, which ends all streams.
func (w *tenants) follow(t *testing.T, slots []slot, stop func()) {
	t.Helper()
	var owners, others []*heard
	for _, field := range w.schema.Subscription.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		document := "subscription { " + field.Name + w.selection(field.Type.Name(), 1) + " }"
		principal := w.other.planner
		arguments := ""
		switch field.Name {
		case "leaseEnded":
			principal = w.other.worker
		case "taskAvailable": // what a worker can do names what the other's tasks require
			arguments = `(capabilities: ["` + onlyOwners + `-skill", "` + onlyOthers + `-skill"])`
		}
		document = strings.Replace(document, field.Name, field.Name+arguments, 1)
		owners = append(owners, w.listen(t, w.owner.id, principal, document, nil))
		others = append(others, w.listen(t, w.other.id, principal, document, nil))
	}
	type pair struct {
		slot                   slot
		value, nobodys         string
		foreign, unknown, seen *heard
	}
	var pairs []pair
	for _, s := range slots {
		if s.root != w.schema.Subscription {
			continue
		}
		for _, value := range w.foreign[s.holds] {
			p := pair{slot: s, value: value, nobodys: unknown(s.holds, value)}
			p.foreign, p.unknown = w.subscribe(t, w.other, s, value), w.subscribe(t, w.other, s, p.nobodys)
			if s.holds == "task" || s.holds == "lease" { // there is something to be told, and the owner is
				p.seen = w.subscribe(t, w.owner, s, value)
				await(t, p.slot.String(), p.seen.first)
			}
			pairs = append(pairs, p)
		}
	}
	deadline := time.Now().Add(time.Minute)
	for !begun(owners) || !begun(others) {
		if time.Now().After(deadline) {
			t.Fatal("not every subscription is told of its own tenant's work")
		}
		w.stir(t, w.owner, onlyOwners)
		w.stir(t, w.other, onlyOthers)
	}
	stop()

	for _, h := range others {
		if text := await(t, h.document, h.whole); len(w.leaks(text)) > 0 {
			t.Errorf("%s has heard of another tenant:\n%.1500s", h.document, text)
		}
	}
	for _, p := range pairs {
		a := strings.ReplaceAll(await(t, p.foreign.document, p.foreign.whole), given(p.slot.holds, p.value), "GIVEN")
		b := strings.ReplaceAll(await(t, p.unknown.document, p.unknown.whole), given(p.slot.holds, p.nobodys), "GIVEN")
		if found := w.leaks(a); a != b || len(found) > 0 {
			t.Errorf("%s: another tenant's %q differs from %q, or shows %q:\n%.1500s\n%.1500s", p.slot, p.value, p.nobodys, found, a, b)
		}
	}
}

// subscribe subscribes with a value in a slot, from the beginning of the ledger where that can be said.
func (w *tenants) subscribe(t *testing.T, c caller, s slot, value string) *heard {
	t.Helper()
	document, variables := w.document(s, value)
	if s.field.Arguments.ForName("after") != nil && s.path[0].name != "after" {
		document = strings.Replace(document, s.field.Name+"(", s.field.Name+`(after: "0", `, 1)
	}
	return w.listen(t, c.id, c.planner, document, variables)
}

// await waits for what must come soon.
func await[T any](t *testing.T, what string, gate <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-gate:
	case <-time.After(time.Minute):
		t.Fatalf("%s: nothing came", what)
	}
	return value
}
