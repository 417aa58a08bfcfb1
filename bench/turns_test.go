package bench_test

import (
	"slices"
	"testing"
	"time"
)

// A side is one of those that are compared: it plays for a time and returns its figure.
type side func(b *testing.B, d time.Duration) float64

// inTurns lets the sides play one after the other, again and again, so that what else the machine does meets them all, and
// returns the median of each.
func inTurns(b *testing.B, turns int, d time.Duration, sides ...side) []float64 {
	b.Helper()
	figures := make([][]float64, len(sides))
	for range turns {
		for i, play := range sides {
			figures[i] = append(figures[i], play(b, d))
		}
	}
	medians := make([]float64, len(sides))
	for i := range sides {
		medians[i] = median(figures[i])
	}
	return medians
}

// A call is something that is called once a turn; it returns how long it took.
type call func(b *testing.B) time.Duration

// inCalls lets calls follow each other, in so many turns or as many as the time allows, and returns the median of each, in
// milliseconds.
func inCalls(b *testing.B, turns int, most time.Duration, calls ...call) []float64 {
	b.Helper()
	figures := make([][]float64, len(calls))
	for start := time.Now(); turns > 0 && (time.Since(start) < most || len(figures[0]) < 5); turns-- {
		for i, do := range calls {
			figures[i] = append(figures[i], millis(do(b)))
		}
	}
	medians := make([]float64, len(calls))
	for i := range calls {
		medians[i] = median(figures[i])
	}
	return medians
}

// timed returns the call of a request.
func (l *line) timed(request []byte) call {
	return func(b *testing.B) time.Duration {
		b.Helper()
		start := time.Now()
		if _, err := l.must(request); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
}

func median(figures []float64) float64 { return part(slices.Sorted(slices.Values(figures)), 0.5) }

// part returns the smallest of the sorted figures that is not less than a part of them.
func part[T any](sorted []T, p float64) T {
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }

// onCheckpoint lets a side of PostgreSQL's begin as each of them does, behind a checkpoint: none pays for what another left.
func (r *run) onCheckpoint(play side) side {
	return func(b *testing.B, d time.Duration) float64 {
		b.Helper()
		r.admin(b, "CHECKPOINT")
		return play(b, d)
	}
}
