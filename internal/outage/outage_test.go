package outage

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// stage is a watch with a clock that the test moves, and what it has logged.
type stage struct {
	*Watch
	t   *testing.T
	now time.Time
	log bytes.Buffer
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	leaveTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	s.Watch = New(Options{
		Logger: slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{ReplaceAttr: leaveTime})),
		Fails:  "it fails", Works: "it works", Now: func() time.Time { return s.now },
	})
	return s
}

// wait moves the clock.
func (s *stage) wait(d time.Duration) { s.now = s.now.Add(d) }

// expect compares what was logged since the last time.
func (s *stage) expect(lines ...string) {
	s.t.Helper()
	var want strings.Builder
	for _, line := range lines {
		want.WriteString(line + "\n")
	}
	if got := s.log.String(); got != want.String() {
		s.t.Errorf("logged\n%swant\n%s", got, want.String())
	}
	s.log.Reset()
}

var errBroken = errors.New("broken")

// TestAnOutageIsToldOnChangeAndEachMinute: whoever reads the log at night learns what fails, how often, and for how long.
func TestAnOutageIsToldOnChangeAndEachMinute(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Note(nil)
	s.expect()
	s.Note(errBroken)
	s.expect("level=WARN msg=\"it fails\" error=broken failed=1")
	for range 59 {
		s.wait(time.Second)
		s.Note(errBroken)
	}
	s.expect()
	s.wait(time.Second)
	s.Note(errors.New("other"))
	s.expect("level=WARN msg=\"it fails\" error=other failed=60")
	s.wait(27 * time.Second)
	s.Note(errBroken)
	s.Note(nil)
	s.Note(nil)
	s.expect("level=INFO msg=\"it works\" after=1m27s failed=1")
}

// TestWhatFlickersIsToldOnceAMinute: what fails and works by turns does not flood the log either, and no failure is left out of
// the count.
func TestWhatFlickersIsToldOnceAMinute(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	turn := func() {
		s.Note(errBroken)
		s.wait(10 * time.Millisecond)
		s.Note(nil)
	}
	turn()
	s.expect("level=WARN msg=\"it fails\" error=broken failed=1", "level=INFO msg=\"it works\" after=10ms failed=0")
	for range 100 {
		turn()
	}
	s.expect()
	s.wait(time.Minute)
	turn()
	s.expect("level=WARN msg=\"it fails\" error=broken failed=101", "level=INFO msg=\"it works\" after=10ms failed=0")

	// What turns out to be more than that is told at once, with all of its time.
	s.wait(20 * time.Second)
	for range 10 {
		s.Note(errBroken)
		s.wait(time.Second)
	}
	s.Note(nil)
	s.expect("level=WARN msg=\"it fails\" error=broken failed=6", "level=INFO msg=\"it works\" after=10s failed=4")
}

type toldError struct{ told bool }

func (e toldError) Error() string { return "elsewhere" }

func (e toldError) Told() bool { return e.told }

// TestWhatAnotherHasToldIsNoNews: nor does it mean that this works again.
func TestWhatAnotherHasToldIsNoNews(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.Note(fmt.Errorf("reading: %w", toldError{true}))
	s.expect()
	s.Note(fmt.Errorf("reading: %w", toldError{false}))
	s.expect("level=WARN msg=\"it fails\" error=\"reading: elsewhere\" failed=1")
	s.Note(toldError{true})
	s.expect()
	s.Note(nil)
	s.expect("level=INFO msg=\"it works\" after=0s failed=0")
}

// TestNobodyListens: without a logger it is as quiet as it should be.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	w := New(Options{Fails: "it fails", Works: "it works"})
	w.Note(errBroken)
	w.Note(nil)
}
