package auth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/asyncgate/asyncgate/models"
)

const (
	// believeFor is how long what was read of a valid key is believed, from when its reading began.
	believeFor = 2 * time.Second
	// renewAfter is when a key that is in use is read again, while requests go on with what is known: they never wait.
	renewAfter = time.Second
	// maxKnown bounds the keys that are remembered; the ones used last stay.
	maxKnown = 10_000
	// maxLookup bounds the keys that one statement looks for.
	maxLookup = 500
	// maxWaiting bounds the unknown keys that wait for one; beyond, callers are told to come back.
	maxWaiting = 10_000
	// lookupTimeout bounds a statement.
	lookupTimeout = 5 * time.Second
)

// lookups finds keys by the hashes of their secrets. It remembers valid keys for a moment, and of others nothing, so that a
// new key counts at once. One statement runs at a time, and the next one takes whatever has arrived meanwhile; nobody waits
// for a timer. So guessing keys takes one connection, however many guess, and keys that are known come first.
type lookups struct {
	opt Options

	mu    sync.Mutex
	known *simplelru.LRU[[32]byte, *knownKey]
	// waiting are the lookups of both queues. What a statement has taken is not among them: who comes later may ask for a key
	// that is newer than the statement.
	waiting          map[[32]byte]*lookup
	renewals, others []*lookup
	running          bool
	idle             sync.WaitGroup
}

// knownKey is a valid key, as of a time.
type knownKey struct {
	hash     [32]byte
	key      *models.APIKey
	readAt   time.Time
	renewing bool // it is being read again
}

// lookup is a question to the database: done is closed when it is answered.
type lookup struct {
	ctx   context.Context // of the first who asked
	hash  [32]byte
	found *knownKey // nil when there is none
	err   error
	done  chan struct{}
}

func newLookups(opt Options) *lookups {
	known, err := simplelru.NewLRU[[32]byte, *knownKey](maxKnown, nil)
	if err != nil {
		panic(err) // only a size of zero is one
	}
	return &lookups{opt: opt, known: known, waiting: map[[32]byte]*lookup{}}
}

// find returns the key of a secret, nil when there is none. Who changes it changes everybody's. UNAVAILABLE: the database
// can't tell, or not before ctx ended.
func (l *lookups) find(ctx context.Context, hash [32]byte) (*models.APIKey, error) {
	key, asked, err := l.recall(ctx, hash)
	if asked == nil {
		return key, err
	}
	select {
	case <-asked.done:
	case <-ctx.Done():
		if cause := models.CauseOf(ctx); cause != nil {
			return nil, cause
		}
		return nil, models.Errorf(models.CodeUnavailable, "the API key was not looked up in time; try again")
	}
	if asked.err != nil || asked.found == nil || !asked.found.is(hash) {
		return nil, asked.err
	}
	return asked.found.key, nil
}

// recall returns the key that is known, or the lookup that will tell.
func (l *lookups) recall(ctx context.Context, hash [32]byte) (*models.APIKey, *lookup, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, ok := l.known.Get(hash)
	if !ok || !known.is(hash) {
		if l.waiting[hash] == nil && len(l.others) >= maxWaiting {
			return nil, nil, models.Errorf(models.CodeUnavailable, "too many API keys are being looked up; try again in a moment")
		}
		return nil, l.ask(ctx, hash, &l.others), nil
	}
	age := l.opt.Now().Sub(known.readAt)
	if age >= believeFor {
		return nil, l.ask(ctx, hash, &l.renewals), nil
	}
	if age >= renewAfter && !known.renewing {
		known.renewing = true
		l.ask(ctx, hash, &l.renewals)
	}
	return known.key, nil, nil
}

// is compares the hash that the database found with the one that was asked for, in constant time.
func (k *knownKey) is(hash [32]byte) bool { return subtle.ConstantTimeCompare(k.hash[:], hash[:]) == 1 }

func (l *lookups) ask(ctx context.Context, hash [32]byte, queue *[]*lookup) *lookup {
	if asked := l.waiting[hash]; asked != nil {
		return asked
	}
	asked := &lookup{ctx: ctx, hash: hash, done: make(chan struct{})}
	l.waiting[hash] = asked
	*queue = append(*queue, asked)
	if !l.running {
		l.running = true
		l.idle.Add(1)
		go l.run()
	}
	return asked
}

// wait returns when no statement runs.
func (l *lookups) wait() { l.idle.Wait() }

// run answers until nobody waits.
func (l *lookups) run() {
	defer l.idle.Done()
	for {
		batch := l.take()
		if len(batch) == 0 {
			return
		}
		l.answer(batch)
	}
}

// take returns what the next statement looks for: first the keys that were valid a moment ago.
func (l *lookups) take() (batch []*lookup) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, queue := range []*[]*lookup{&l.renewals, &l.others} {
		n := min(len(*queue), maxLookup-len(batch))
		batch = append(batch, (*queue)[:n]...)
		if *queue = (*queue)[n:]; len(*queue) == 0 {
			*queue = nil
		}
	}
	for _, asked := range batch {
		delete(l.waiting, asked.hash)
	}
	l.running = len(batch) > 0
	return batch
}

func (l *lookups) answer(batch []*lookup) {
	readAt := l.opt.Now()
	found, err := l.read(batch)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, asked := range batch {
		asked.err = err
		if asked.found = found[asked.hash]; asked.found != nil {
			asked.found.readAt = readAt
		}
		l.remember(asked)
		close(asked.done)
	}
}

// read asks the database.
func (l *lookups) read(batch []*lookup) (map[[32]byte]*knownKey, error) {
	// What the first caller's context carries, but not its end: the answer is everybody's.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), lookupTimeout)
	defer cancel()
	hashes := make([][32]byte, len(batch))
	for i, asked := range batch {
		hashes[i] = asked.hash
	}
	rows, err := l.opt.Store.KeysByHash(ctx, hashes)
	if err != nil {
		return nil, fmt.Errorf("looking up API keys: %w", err)
	}
	found := make(map[[32]byte]*knownKey, len(rows))
	for hash, key := range rows {
		found[hash] = &knownKey{hash: hash, key: &key}
	}
	return found, nil
}

// remember keeps a valid key. When the database can't tell, what is known stays for its time.
func (l *lookups) remember(asked *lookup) {
	switch {
	case asked.err != nil:
		if known, ok := l.known.Peek(asked.hash); ok {
			known.renewing = false
		}
	case asked.found != nil && usable(asked.found.key, asked.found.readAt):
		l.known.Add(asked.hash, asked.found)
	default:
		l.known.Remove(asked.hash)
	}
}
