package testkit

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Output keeps what a process prints and lets others wait for it. It is safe for concurrent use.
type Output struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{} // closed by the next write
}

// NewOutput returns an empty output, for the Stdout or Stderr of a process.
func NewOutput() *Output { return &Output{more: make(chan struct{})} }

// Write adds what a process prints.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.more)
	o.more = make(chan struct{})
	return o.text.Write(p)
}

// String returns all that was printed so far.
func (o *Output) String() string {
	text, _ := o.read()
	return text
}

func (o *Output) read() (text string, more <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.more
}

// Await waits for the first match of a pattern in all that was printed, and returns it with its groups. It gives up when the
// process has ended, which closing a channel tells, or after a time.
func (o *Output) Await(pattern *regexp.Regexp, ended <-chan struct{}, within time.Duration) ([]string, error) {
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	for over := false; ; {
		text, more := o.read()
		if found := pattern.FindStringSubmatch(text); found != nil {
			return found, nil
		}
		if over {
			return nil, fmt.Errorf("it has ended and not printed %s", pattern)
		}
		select {
		case <-more:
		case <-ended:
			over = true // all that it printed is there now
		case <-timeout.C:
			return nil, fmt.Errorf("it has not printed %s within %s", pattern, within)
		}
	}
}
