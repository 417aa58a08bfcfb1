package bench_test

import (
	"slices"
	"testing"
	"time"
)

// A side is one of those that are compared: it plays for a time and returns its figure.
type side func(b *testing.B, d time.Duration) float64

// inTurns lets the sides play one after the other, again and again and every other time the other way round, so that what else
// the machine does meets them all, and returns the median of each.
func inTurns(b *testing.B, turns int, d time.Duration, sides ...side) []float64 {
	b.Helper()
	figures := make([][]float64, len(sides))
	for turn := range turns {
		for _, i := range order(turn, len(sides)) {
			figures[i] = append(figures[i], sides[i](b, d))
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

// inCalls is inTurns of calls, for so many turns or as many as the time allows; the medians are milliseconds.
func inCalls(b *testing.B, turns int, most time.Duration, calls ...call) []float64 {
	b.Helper()
	figures := make([][]float64, len(calls))
	start := time.Now()
	for turn := 0; turn < turns && (turn < 5 || time.Since(start) < most); turn++ {
		for _, i := range order(turn, len(calls)) {
			figures[i] = append(figures[i], millis(calls[i](b)))
		}
	}
	medians := make([]float64, len(calls))
	for i := range calls {
		medians[i] = median(figures[i])
	}
	return medians
}

// order is who comes when in a turn of so many.
func order(turn, sides int) []int {
	places := make([]int, sides)
	for i := range places {
		places[i] = i
		if turn%2 == 1 {
			places[i] = sides - 1 - i
		}
	}
	return places
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

// warm lets a client play until the server knows that it is the only one on its database, which takes it 15 s, and its tables
// are no longer those of a newcomer.
func (r *run) warm(b *testing.B, url string, do func(client int, l *line) (int, error)) {
	b.Helper()
	load(b, url, 1, pick(r, 16*time.Second, time.Second), do)
}
