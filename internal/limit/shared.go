package limit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/ulule/limiter/v3"
	redisstore "github.com/ulule/limiter/v3/drivers/store/redis"
)

// tryAgain is how long Redis is left alone before it is tried again.
const tryAgain = time.Second

// shared is the count of all servers, in Redis. As long as Redis is out of reach no request waits for it: a goroutine tries.
type shared struct {
	options  redis.Options
	patience time.Duration
	logger   *slog.Logger

	link  atomic.Pointer[link] // nil while Redis is out of reach
	lost  chan *link           // what the goroutine has to replace
	stop  context.CancelFunc
	ended chan struct{}
}

// link is a Redis that answers.
type link struct {
	client *redis.Client
	store  limiter.Store
}

func newShared(opt Options) (*shared, error) {
	options, err := redis.ParseURL(opt.RedisURL)
	if err != nil {
		return nil, errors.New("it is no URL of a Redis") // the parser's error may repeat a password
	}
	// Whatever the URL says: a request has no time for more than one try.
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = opt.Patience, opt.Patience, opt.Patience, opt.Patience
	options.ContextTimeoutEnabled = true
	options.MaxRetries, options.DialerRetries = -1, 1
	// Nothing but counting is asked of Redis, so that any version, and what speaks like it, will do.
	options.DisableIdentity, options.PipelinePoolSize = true, -1
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	logging.Disable() // it has one logger for the process, which writes past ours what we log ourselves

	ctx, stop := context.WithCancel(context.Background())
	s := &shared{
		options: *options, patience: opt.Patience, logger: opt.Logger,
		lost: make(chan *link, 1), stop: stop, ended: make(chan struct{}),
	}
	if l, err := s.connect(ctx); err == nil {
		s.link.Store(l)
		s.logger.Info("requests are counted in Redis, together with other servers")
	} else {
		s.logger.Warn(outOfReach, "error", err)
		s.lost <- nil
	}
	go s.keep(ctx)
	return s, nil
}

const outOfReach = "Redis is out of reach: until it is back this server counts requests for itself"

// increment counts in Redis; not ok when it is out of reach.
func (s *shared) increment(ctx context.Context, key string, n int64, rate limiter.Rate) (counted limiter.Context, ok bool) {
	l := s.link.Load()
	if l == nil {
		return limiter.Context{}, false
	}
	// A caller that goes away says nothing about Redis.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.patience)
	defer cancel()
	counted, err := l.store.Increment(ctx, key, n, rate)
	if err == nil {
		return counted, true
	}
	if s.link.CompareAndSwap(l, nil) { // the first to notice tells
		s.logger.Warn(outOfReach, "error", err)
		s.lost <- l
	}
	return limiter.Context{}, false
}

// keep replaces a link that was lost, until stop.
func (s *shared) keep(ctx context.Context) {
	defer close(s.ended)
	for {
		select {
		case old := <-s.lost:
			old.close()
		case <-ctx.Done():
			return
		}
		l := s.reconnect(ctx)
		if l == nil {
			return
		}
		s.logger.Info("Redis is back: requests are counted together with other servers again")
		s.link.Store(l)
	}
}

// reconnect tries until Redis counts again; nil when ctx ends before.
func (s *shared) reconnect(ctx context.Context) *link {
	tick := time.NewTicker(tryAgain)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if l, err := s.connect(ctx); err == nil {
			return l
		}
	}
}

// connect returns a link that has counted: a Redis that answers but can't write, as a replica, is none. It makes a new client
// each time, because one that has failed to connect often enough goes on trying in a goroutine that nobody can stop.
func (s *shared) connect(ctx context.Context) (*link, error) {
	options := s.options
	l := &link{client: redis.NewClient(&options)}
	var err error
	l.store, err = redisstore.NewStoreWithOptions(l.client, limiter.StoreOptions{Prefix: "asyncgate"})
	if err == nil {
		_, err = l.store.Increment(ctx, "probe", 1, limiter.Rate{Limit: 1, Period: tryAgain})
	}
	if err != nil {
		l.close()
		return nil, fmt.Errorf("connecting to Redis: %w", err)
	}
	return l, nil
}

func (l *link) close() {
	if l != nil {
		_ = l.client.Close() // what was open is lost either way
	}
}

// close ends the goroutine and the connections.
func (s *shared) close() {
	s.stop()
	<-s.ended
	s.link.Swap(nil).close()
	select {
	case l := <-s.lost:
		l.close()
	default:
	}
}
