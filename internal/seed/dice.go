package seed

import "math/rand/v2"

// dice fall the same way each time.
type dice struct{ *rand.Rand }

func newDice() dice { return dice{rand.New(rand.NewPCG(20261124, 7))} }

// between returns a number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// amount returns an amount of money in euros and cents.
func (d dice) amount(low, high int) float64 {
	return float64(d.between(low*100, high*100)) / 100
}

// pick returns one of some words.
func (d dice) pick(words ...string) string { return words[d.IntN(len(words))] }
