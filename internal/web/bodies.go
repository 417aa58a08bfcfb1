package web

import (
	"bytes"
	"context"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/asyncgate/asyncgate/models"
)

const (
	// smallBody is how much of a request is read without asking.
	smallBody = 64 << 10
	// usualBody is how much of a request is believed to come, and has its memory, before it is there.
	usualBody = 4 << 10
	// largeBodies is of how many requests of the largest size there is room for.
	largeBodies = 16
)

// bodies bounds the memory that large requests take together, from their reading to their answer, whoever sends them. Small
// ones never wait.
type bodies struct {
	room     *semaphore.Weighted
	largest  int64
	patience time.Duration
}

func newBodies(opt Options) *bodies {
	return &bodies{room: semaphore.NewWeighted(largeBodies * opt.MaxBody), largest: opt.MaxBody, patience: opt.RoomTimeout}
}

// read reads a request that r bounds. A large one waits until there is room for its size, or for the largest when that is not
// known (below 0); UNAVAILABLE when there is none for too long. Call leave when its memory is needed no more, also after an
// error.
func (b *bodies) read(ctx context.Context, r io.Reader, size int64) (body []byte, leave func(), err error) {
	leave = func() {}
	body, err = readAll(io.LimitReader(r, smallBody), min(size, usualBody))
	if err != nil || len(body) < smallBody {
		return body, leave, err
	}
	known := size
	if size < 0 || size > b.largest {
		size = b.largest
	}
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	if b.room.Acquire(ctx, size) != nil {
		return nil, leave, models.Errorf(models.CodeUnavailable, "too many large requests are running; try again")
	}
	leave = sync.OnceFunc(func() { b.room.Release(size) })
	body, err = readAll(io.MultiReader(bytes.NewReader(body), r), known)
	return body, leave, err
}

// readAll is io.ReadAll with room for so many bytes at first; below 1 it is not known how many there are.
func readAll(r io.Reader, size int64) ([]byte, error) {
	if size < 1 {
		return io.ReadAll(r)
	}
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead)
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}
