package web_test

import (
	"strings"
	"testing"

	"github.com/asyncgate/asyncgate/models"
)

// A request of the allowed size may still hold millions of values, each of which is memory.
func TestValuesLimit(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const most = 1_000_000
	request := func(values string) string { return `{"query":"{ whoami }","variables":{"v":` + values + `}}` }
	many := request("[" + strings.Repeat("1,", most) + "1]")

	for name, text := range map[string]string{
		"numbers":           "[" + strings.Repeat("1,", most) + "1]",
		"empty lists":       "[" + strings.Repeat("[],", most) + "1]",
		"objects":           "[" + strings.Repeat(`{"":0},`, most) + "1]",
		"lists in lists":    strings.Repeat("[", most),
		"nothing but signs": strings.Repeat(",", most),
	} {
		reply := s.do(t, "POST", "/graphql", request(text))
		reply.expect(t, 413, models.CodePayloadTooLarge)
		if !strings.Contains(reply.body, "JSON values; allowed are 1000000") {
			t.Errorf("%s: %s", name, reply.body)
		}
	}
	for _, text := range []string{
		"[" + strings.Repeat("1,", most-10) + "1]",
		`"` + strings.Repeat(`,[\"{`, most) + `"`,
	} {
		s.do(t, "POST", "/graphql", request(text)).expect(t, 200, "")
	}

	p := s.connected(t)
	p.subscribe("1", "subscription { ticks }")
	await(t, "the subscription", s.entered)
	p.send(`{"id":"2","type":"subscribe","payload":` + many + `}`)
	p.expect(`{"id":"2","type":"error","payload":[{"message":"the request has 1000005 JSON values; allowed are 1000000; send less at once","extensions":{"code":"PAYLOAD_TOO_LARGE"`)
	s.ticks <- "one"
	p.expect(`{"id":"1","type":"next"`)
}
