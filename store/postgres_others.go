package store

import (
	"math"
	"sync/atomic"
	"time"
)

// others is what is known of other servers on the same database. Nothing but speed may depend on it: one that has just come,
// or that can't be heard, writes all the same.
type others struct {
	// gone is from when on there is none; in Unix nanoseconds.
	gone    atomic.Int64
	silence atomic.Int64
}

// silences is after how many heartbeats of silence there is no other server. One that comes is heard at once.
const silences = 3

const never = math.MaxInt64

func newOthers() *others {
	o := &others{}
	o.gone.Store(never)
	return o
}

// listen begins: whoever is there is heard within some heartbeats.
func (o *others) listen(heartbeat time.Duration) {
	o.silence.Store(int64(silences * heartbeat))
	o.gone.Store(time.Now().UnixNano() + o.silence.Load())
}

// heard says that one is there.
func (o *others) heard() {
	if o.gone.Load() != never {
		o.gone.Store(time.Now().UnixNano() + o.silence.Load())
	}
}

// deaf says that none could be heard.
func (o *others) deaf() { o.gone.Store(never) }

// none tells whether there is none, for all that is known.
func (o *others) none() bool { return time.Now().UnixNano() > o.gone.Load() }
