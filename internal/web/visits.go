package web

import (
	"net/http"
	"sync"
	"time"
)

// bodyTime is what a request gets whose body is still on its way when the server drains.
const bodyTime = 2 * time.Second

// visits are the requests to /graphql that are being answered, WebSockets until their end included: what a drain waits
// for. http.Server.Shutdown knows nothing of WebSockets, and takes no connection while it waits for the others.
type visits struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
	// arriving are those that wait for a body.
	arriving map[*http.ResponseController]struct{}
}

// enter counts a request in, and leave counts it out; not ok once there was shut.
func (v *visits) enter() (leave func(), ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return nil, false
	}
	v.running.Add(1)
	return v.running.Done, true
}

// arrive tells that a body is being read, and arrived that it is no more.
func (v *visits) arrive(w http.ResponseWriter) (arrived func()) {
	c := http.NewResponseController(w)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		hurry(c)
	}
	v.arriving[c] = struct{}{}
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.arriving, c)
	}
}

// shut lets nobody in any more, and hurries who has not said yet what it wants. ended is closed when all have left.
func (v *visits) shut() (ended <-chan struct{}) {
	v.mu.Lock()
	v.closed = true
	for c := range v.arriving {
		hurry(c)
	}
	v.mu.Unlock()
	gate := make(chan struct{})
	go func() {
		defer close(gate)
		v.running.Wait()
	}()
	return gate
}

// hurry bounds the reading of a body that is on its way. Writers without deadlines (tests) do without.
func hurry(c *http.ResponseController) { _ = c.SetReadDeadline(time.Now().Add(bodyTime)) }
