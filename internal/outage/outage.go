// Package outage is the night watch: it remembers since when something fails, so that the log has one line when that begins,
// one a minute while it lasts, and one when it is over, however often it is tried meanwhile.
package outage

import (
	"cmp"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// tellEvery is how long nothing more is said of what fails.
	tellEvery = time.Minute
	// flicker is how long something that failed a moment ago must fail again before that is news.
	flicker = 5 * time.Second
)

// Options configure a Watch.
type Options struct {
	// Logger gets the lines; nil discards them.
	Logger *slog.Logger
	// Fails is the line while it fails, a warning, and Works the one when it works again, for information.
	Fails, Works string
	// Counts names what is counted while it fails; "" is "failed", for tries.
	Counts string
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Watch is over one thing that is tried again and again, by any number of goroutines.
type Watch struct {
	opt     Options
	failing atomic.Bool // what works costs no lock

	mu sync.Mutex
	// since is when it began to fail, and told when a line last said that it does. open is whether such a line stands that
	// none has followed yet to say that it works.
	since, told time.Time
	open        bool
	failed      int // since a line last told
}

// New returns a Watch over what is taken to work.
func New(o Options) *Watch {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Counts = cmp.Or(o.Counts, "failed")
	return &Watch{opt: o}
}

// Note takes in how a try went. What begins to fail is told with the error, then once a minute with how often it has failed
// since the line before; what works again is told with how long it failed. What fails and works by turns, never for 5 s, has
// these two lines once a minute. An error that another watch has told, see Told, says nothing here.
func (w *Watch) Note(err error) { w.NoteMany(1, err) }

// NoteMany is Note of a try that was for n things at once.
func (w *Watch) NoteMany(n int, err error) {
	switch {
	case err == nil && !w.failing.Load(), Told(err):
	case err == nil:
		w.works()
	default:
		w.fails(n, err)
	}
}

func (w *Watch) fails(n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.opt.Now()
	if !w.failing.Swap(true) {
		w.since = now
	}
	w.failed += n
	begins := !w.open && now.Sub(w.since) >= flicker
	if !w.told.IsZero() && now.Sub(w.told) < tellEvery && !begins {
		return
	}
	w.opt.Logger.Warn(w.opt.Fails, "error", err, w.opt.Counts, w.failed)
	w.told, w.open, w.failed = now, true, 0
}

func (w *Watch) works() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.failing.Swap(false) || !w.open {
		return
	}
	w.opt.Logger.Info(w.opt.Works, "after", shown(w.opt.Now().Sub(w.since)), w.opt.Counts, w.failed)
	w.open, w.failed = false, 0
}

// shown writes a duration as people say it: 27s, or 340ms.
func shown(d time.Duration) string {
	if d < time.Second {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// Told tells whether an error says of itself, by a method Told, that the log has it from another watch.
func Told(err error) bool {
	var told interface{ Told() bool }
	return errors.As(err, &told) && told.Told()
}
