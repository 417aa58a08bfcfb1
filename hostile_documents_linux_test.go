package main_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// hostileDocument asks for too much, or in circles, and is refused with a code and these words.
type hostileDocument struct{ name, text, code, says string }

func hostileDocuments() []hostileDocument {
	// each repeats a text, with # for a number from 0 on, and + for the next.
	each := func(n int, text string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.NewReplacer("#", strconv.Itoa(i), "+", strconv.Itoa(i+1)).Replace(text))
		}
		return b.String()
	}
	receipt := func(selection string) string {
		return `{ receipt(id: "7d444840-9dc0-11d1-b245-5ffdce74fad2") { ` + selection + ` } } `
	}
	const tooComplex, invalid = "QUERY_TOO_COMPLEX", "GRAPHQL_VALIDATION_FAILED"
	return []hostileDocument{
		{"10,000 aliases", "{ " + each(10_000, "a#: ledgerHead ") + "}", tooComplex, "more than 15000 tokens"},
		{"4,000 aliases", "{ " + each(4_000, "a#: ledgerHead ") + "}", tooComplex, "4000 fields have aliases; allowed are 200"},
		{"aliases in fragments", "{ " + each(100, "...f# ") + "} " + each(100, "fragment f# on Query { ...g } ") + "fragment g on Query { " + each(10, "a#: ledgerHead ") + "}",
			tooComplex, "1000 fields have aliases; allowed are 200"},
		{"40 deep", receipt(strings.Repeat("terminator { ", 38) + "id" + strings.Repeat(" }", 38)), tooComplex, "fields nest 40 deep; allowed are 15"},
		{"40 deep through fragments", receipt("...f0") + each(38, "fragment f# on Receipt { terminator { ...f+ } } ") + "fragment f38 on Receipt { id }",
			tooComplex, "fields nest 40 deep; allowed are 15"},
		{"5,000 deep", strings.Repeat("{ a ", 5_000) + strings.Repeat("}", 5_000), tooComplex, "nests deeper than 1000 levels"},
		{"pages in pages", "{ receipts { nodes { children { nodes { children { nodes { id } } } } } } }", tooComplex, "the complexity is 255101; allowed are 200000"},
		{"a fragment of itself", "{ ...f } fragment f on Query { ledgerHead ...f }", invalid, `Cannot spread fragment "f" within itself`},
		{"a circle of fragments", "{ ...f0 } " + each(40, "fragment f# on Query { ledgerHead ...f+ } ") + "fragment f40 on Query { ...f0 }", invalid, "within itself via"},
		{"doubling fragments", "{ ...f0 } " + each(100, "fragment f# on Query { ...f+ ...f+ } ") + "fragment f100 on Query { ledgerHead }",
			tooComplex, "the complexity is 1099511627776; allowed are 200000"},
		{"5,000 fragments", "{ " + each(5_000, "...f# ") + "} " + each(5_000, "fragment f# on Query { ledgerHead } "), tooComplex, "more than 15000 tokens"},
		{"1,200 fragments", "{ " + each(1_200, "...f# ") + "} " + each(1_200, "fragment f# on Query { ledgerHead } "), tooComplex, "repeats fragments"},
		{"one field over and over", "{ " + strings.Repeat("ledgerHead ", 14_000) + "}", tooComplex, "repeats ledgerHead 14000 times"},
		{"introspection in circles", "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", tooComplex, "nest more than 2 deep"},
	}
}

// TestHostileDocuments: each is refused over HTTP and on a WebSocket, which goes on, and so does the server. A message that is too
// large ends its WebSocket.
func TestHostileDocuments(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, url string) {
		server := program.Serve(t, []string{"ASYNCGATE_DATABASE_URL=" + url})
		c := newClient(t, server.URL)
		socket, err := c.openSocket(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer socket.close()
		c.mustCreate(t, "work")
		before := server.Memory()
		for _, d := range hostileDocuments() {
			for media, status := range map[string]int{"application/json": 200, "application/graphql-response+json": 400} {
				response, err := c.post(t.Context(), media, "agent:planner", d.text, nil)
				if err != nil {
					t.Fatal(err)
				}
				var answer envelope
				err = json.NewDecoder(response.Body).Decode(&answer)
				response.Body.Close()
				if err != nil || response.StatusCode != status || answer.Data != nil {
					t.Errorf("%s: %s, %s, %v", d.name, response.Status, answer.Data, err)
				}
				d.expect(t, answer.Errors)
			}
			m := socket.ask(t, d.text)
			var errs []*refusal
			if err := json.Unmarshal(m.Payload, &errs); err != nil || m.Type != "error" {
				t.Errorf("%s: on a WebSocket %s, %v", d.name, m.Type, err)
			}
			d.expect(t, errs)
			c.mustCreate(t, "work")
			if m := socket.ask(t, "{ ledgerHead }"); m.Type != "next" {
				t.Errorf("%s: afterwards the WebSocket says %+v", d.name, m)
			}
		}
		// The end may come while it is still being written.
		if err := socket.ws.Write(t.Context(), websocket.MessageText, make([]byte, 100<<20)); err == nil {
			if _, err = socket.read(t.Context()); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
				t.Errorf("a message of 100 MiB is answered with %v", err)
			}
		}
		c.mustCreate(t, "work")
		after := server.Memory()
		t.Logf("the server has grown by %d KiB", (after-before)>>10)
		if after-before > mostMemory {
			t.Errorf("the server has grown from %d to %d KiB", before>>10, after>>10)
		}
		server.Stop()
		expectNoViolations(t, url)
	})
}

func (d *hostileDocument) expect(t *testing.T, errs []*refusal) {
	t.Helper()
	if len(errs) == 0 || len(errs) > 21 {
		t.Errorf("%s: %d errors", d.name, len(errs))
		return
	}
	if e := errs[0]; e.Extensions.Code != d.code || !strings.Contains(e.Message, d.says) || e.Extensions.Retryable {
		t.Errorf("%s: %+v", d.name, e)
	}
}

// ask makes a query on a WebSocket and returns the first message of its answer.
func (s *socketStream) ask(t *testing.T, query string) socketMessage {
	t.Helper()
	if err := s.subscribe(t.Context(), query, nil); err != nil {
		t.Fatal(err)
	}
	first, err := s.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first.Type == "next" {
		if last, err := s.read(t.Context()); err != nil || last.Type != "complete" {
			t.Fatalf("got %+v, %v", last, err)
		}
	}
	return first
}
