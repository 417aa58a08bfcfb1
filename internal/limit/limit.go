// Package limit counts requests and tells when there were too many.
//
// The room owes the others an answer that is never late, and memory that never grows without end: counts are kept in memory,
// for the keys that were used last, and with a Redis also there, where all servers count together. A Redis that is down or slow
// is noticed by the first who needs it; until it is back, each server counts for itself. The room must never know what a
// request, a credential or an address is, nor be given a key that holds a secret: keys are names in Redis.
//
// Counting is ulule/limiter's: so many in a period, which begins with a key's first request.
package limit

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/ulule/limiter/v3"
)

// maxFailures is how many failures to authenticate an address may have in a minute.
const maxFailures = 60

// Options is what the counters need. Rate must be set; the zero value of the rest is its default.
type Options struct {
	// Rate is how many requests a credential, or an address without one, may make in which period.
	Rate limiter.Rate
	// RedisURL is where servers count together: redis://, rediss:// or unix://. Default: each server counts for itself.
	RedisURL string
	// Patience bounds what a request waits for Redis. Default 250 ms.
	Patience time.Duration
	// Logger hears when Redis is lost and when it is back. Default: none.
	Logger *slog.Logger
	// Keys is of how many credentials, and of how many addresses, counts are kept; each takes some 200 bytes. Who was not seen
	// for the longest time is forgotten first. Default 65,536.
	Keys int
	// Now is the clock of counts in memory. Default: the system's.
	Now func() time.Time
}

func (o *Options) setDefaults() {
	if o.Patience == 0 {
		o.Patience = 250 * time.Millisecond
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Keys == 0 {
		o.Keys = 1 << 16
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Limits are the counters of a server. They never make each other forget anything.
type Limits struct {
	// Credentials counts the requests of each credential, and Addresses those that come without one, of each address.
	Credentials, Addresses *Counter
	// Failures counts each address's failures to authenticate: 60 are allowed in a minute.
	Failures *Counter

	shared *shared // nil without Redis
}

// New returns counters. With a RedisURL it tries for a moment to reach Redis, and goes on without when that fails; an error
// is a URL that is none. Close them in the end.
func New(opt Options) (*Limits, error) {
	opt.setDefaults()
	l := &Limits{}
	if opt.RedisURL != "" {
		var err error
		if l.shared, err = newShared(opt); err != nil {
			return nil, err
		}
	}
	l.Credentials = l.counter(opt, "credential", opt.Rate)
	l.Addresses = l.counter(opt, "address", opt.Rate)
	l.Failures = l.counter(opt, "failure", limiter.Rate{Limit: maxFailures, Period: time.Minute})
	return l, nil
}

// counter returns a counter whose keys begin with what and the period: a server with another setting counts apart.
func (l *Limits) counter(opt Options, what string, rate limiter.Rate) *Counter {
	return &Counter{
		local: newMemory(opt.Keys, opt.Now), shared: l.shared, rate: rate, now: opt.Now,
		prefix: fmt.Sprintf("%s:%ds:", what, int64(rate.Period/time.Second)),
	}
}

// Close ends what runs in the background. Counting goes on, each server for itself.
func (l *Limits) Close() {
	if l.shared != nil {
		l.shared.close()
	}
}
