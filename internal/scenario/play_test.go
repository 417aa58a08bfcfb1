package scenario_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/asyncgate/asyncgate/internal/scenario"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const receipt = `{"id":"r1","type":"TASK_ASSIGNED","from":{"kind":"SERVICE","id":"svc"},"to":{"kind":"AGENT","id":"a"},` +
	`"task":{"id":"t1"},"lease":null,"parents":[{"id":"p1"}],"body":{"x":1,"y":null}}`

// fake is a server that answers what the story's document says, and whose ledger has one receipt more after each `write`.
type fake struct {
	mu     sync.Mutex
	ledger map[string][]string // by tenant
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := string(body)
	f.mu.Lock()
	defer f.mu.Unlock()
	tenant := r.Header.Get("X-Tenant-ID")
	switch {
	case strings.Contains(text, "ledgerHead"):
		fmt.Fprintf(w, `{"data":{"ledgerHead":"%d"}}`, len(f.ledger[tenant]))
	case strings.Contains(text, "receipts("):
		var request struct {
			Variables struct {
				After string
				Last  int
			}
		}
		_ = json.Unmarshal(body, &request)
		from, _ := strconv.Atoi(request.Variables.After)
		if last := request.Variables.Last; last > 0 {
			from = max(0, len(f.ledger[tenant])-last)
		}
		fmt.Fprintf(w, `{"data":{"receipts":{"nodes":[%s],"pageInfo":{"hasNextPage":false}}}}`, strings.Join(f.ledger[tenant][from:], ","))
	case strings.Contains(text, "{ events }"):
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ":\n\nevent: next\ndata: {\"data\":{\"events\":1}}\n\nevent: next\ndata: {\"data\":{\"events\":2}}\n\nevent: complete\ndata:\n\n")
	case strings.Contains(text, "{ forbidden }"):
		fmt.Fprint(w, `{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN","retryable":false,"traceId":"0"}}]}`)
	case strings.Contains(text, "{ poor }"):
		fmt.Fprint(w, `{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}`)
	default:
		if strings.Contains(text, "write") {
			f.ledger[tenant] = append(f.ledger[tenant], receipt)
		}
		fmt.Fprintf(w, `{"data":{"hello":{"id":"h1","to":%q}}}`, r.Header.Get("X-Principal"))
	}
}

// play plays a story of these steps.
func play(t *testing.T, steps string) error {
	t.Helper()
	file, err := load(t, "stories:\n  - story: s\n    steps:\n"+steps)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&fake{ledger: map[string][]string{}})
	t.Cleanup(server.Close)
	return file.Stories[0].Play(t.Context(), &scenario.Server{URL: server.URL, Client: server.Client()})
}

func TestPlay(t *testing.T) {
	t.Parallel()
	const whole = `
      - as: agent:a
        do: "{ hello }"
        expect: {hello: {to: agent:a}}
        save: {h: hello.id}
        writes: []
      - as: agent:a
        do: "{ write }"
        expect: {hello: {id: $h}}
        writes: [{type: TASK_ASSIGNED, to: agent:a, task: t1, lease: null, parents: [p1], body: {x: 1, y: null}, save: r}]
      - {as: agent:a, tenant: other, do: "{ hello }", writes: []}
      - {as: agent:a, do: "{ write }", ledger: [TASK_ASSIGNED, {type: TASK_ASSIGNED, id: r1}]}
      - {as: agent:a, do: "{ hello }", eventually: true, ledger: [TASK_ASSIGNED]}
      - {as: agent:a, do: "{ forbidden }", refused: FORBIDDEN}
      - {as: agent:a, do: "{ hello }", times: 5, expect: {hello: {id: $h}}}
      - {as: agent:a, do: "{ hello }", begin: call}
      - {end: call, expect: {hello: {id: $h}}}
      - {as: agent:a, subscribe: "{ events }", stream: s}
      - {stream: s, gives: [{events: 1}, {events: 2}], save: {e: 1.events}}
      - {as: agent:a, subscribe: "{ forbidden }", refused: FORBIDDEN}
`
	if err := play(t, whole); err != nil {
		t.Error(err)
	}
}

// TestPlayFails: a story that isn't so names its file, line and step, and shows what is different.
func TestPlayFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, steps, says string }{
		{"Answer", `{as: agent:a, do: "{ hello }", expect: {hello: {id: h2}}}`, "at hello.id\n    - expected \"h2\"\n    + but got  \"h1\""},
		{"Place", `{as: agent:a, do: "{ hello }", expect: {hello: {id: h2}}}`, `story.yaml:5: story "s", step 2 (agent:a { hello })`},
		{"NotRefused", `{as: agent:a, do: "{ hello }", refused: FORBIDDEN}`, "should be refused with FORBIDDEN"},
		{"Refused", `{as: agent:a, do: "{ forbidden }"}`, "refused with FORBIDDEN: no"},
		{"OtherCode", `{as: agent:a, do: "{ forbidden }", refused: NOT_FOUND}`, "should be refused with NOT_FOUND"},
		{"ErrorWithoutTrace", `{as: agent:a, do: "{ poor }", refused: FORBIDDEN}`, "lacks its message, code, retryable or traceId"},
		{"Writes", `{as: agent:a, do: "{ write }", writes: []}`, "- expected []\n    + but got  [\"TASK_ASSIGNED\"]"},
		{"WritesNothing", `{as: agent:a, do: "{ hello }", writes: [TASK_ASSIGNED]}`, "+ but got  []"},
		{"Ledger", `{as: agent:a, do: "{ hello }", ledger: [TASK_ASSIGNED]}`, "+ but got  []"},
		{"Receipt", `{as: agent:a, do: "{ write }", writes: [{type: TASK_ASSIGNED, task: t2}]}`, "receipt 1: it is not"},
		{"BodyIsWhole", `{as: agent:a, do: "{ write }", writes: [{type: TASK_ASSIGNED, body: {x: 1}}]}`, "at body.y"},
		{"Event", `{stream: s, gives: [{events: 2}]}`, "at 0.events"},
		{"StreamEnds", `{stream: s, gives: [{events: 1}, {events: 2}, {events: 3}]}`, "after 2 of 3 events"},
		{"NoSuchStream", `{stream: x, gives: []}`, "no stream has this name"},
		{"NothingSaved", `{as: agent:a, do: "{ hello }", expect: $nothing}`, "nothing was saved as $nothing"},
		{"NoSuchPath", `{as: agent:a, do: "{ hello }", save: {x: hello.name}}`, "there is no name in hello.name"},
		{"NoEnd", `{as: agent:a, do: "{ hello }", begin: call}`, "has no end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := play(t, "      - {as: agent:a, subscribe: \"{ events }\", stream: s}\n      - "+test.steps+"\n")
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v\nwant one with %s", err, test.says)
			}
		})
	}
}
