package protocol_test

import (
	"testing"
	"time"

	"github.com/asyncgate/asyncgate/internal/feed"
	"github.com/asyncgate/asyncgate/internal/web"
)

// intervals are short enough for a script to wait for a ping, or for a connection that is not initialised to be closed.
func intervals(o *web.Options) { o.KeepAlive, o.InitTimeout = 2*time.Second, 2*time.Second }

func TestAudits(t *testing.T) {
	t.Parallel()
	runNode(t, nil, "audits.mjs", newStage(t, feed.Options{}).front(t, nil).url)
}

func TestGraphQLWS(t *testing.T) {
	t.Parallel()
	runNode(t, nil, "graphql-ws.mjs", newStage(t, feed.Options{}).front(t, intervals).url)
}

func TestGraphQLSSE(t *testing.T) {
	t.Parallel()
	runNode(t, nil, "graphql-sse.mjs", newStage(t, feed.Options{}).front(t, intervals).url)
}

// TestPlayground runs what the playground's page is made of.
func TestPlayground(t *testing.T) {
	t.Parallel()
	runNode(t, nil, "playground.mjs", newStage(t, feed.Options{}).front(t, nil).url)
}

// TestDrain shuts one of two servers down while clients of it are subscribed.
func TestDrain(t *testing.T) {
	t.Parallel()
	s := newStage(t, feed.Options{})
	leaving, staying := s.front(t, nil), s.front(t, nil)
	runNode(t, leaving.drainWhenAsked, "drain.mjs", leaving.url, staying.url)
}

// TestDrainOverTLS is TestDrain for clients that come by TLS.
func TestDrainOverTLS(t *testing.T) {
	t.Parallel()
	s := newStage(t, feed.Options{})
	leaving, staying := s.secureFront(t), s.secureFront(t)
	runNodeTrusting(t, staying.authority(t), leaving.drainWhenAsked, "drain.mjs", leaving.url, staying.url)
}

func (f *front) drainWhenAsked(line string) {
	if line == "drain" {
		f.drain()
	}
}
