// Package bench measures the whole: the engine on a real database that waits for its disk, without the network in front, and
// the built server with its subscribers and waiting claims.
//
// `make bench` runs it. Figures of different days, machines or databases compare badly, so what matters is measured against
// something else in the same run and reported as a ratio. docs/benchmarks.md holds a run and the hardware under it.
package bench
