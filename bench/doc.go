// Package bench measures the whole: built servers on real databases that wait for their disk, beside what those databases do by
// themselves and beside River.
//
// `make bench` plays BenchmarkScenarios, whose one table is in docs/benchmarks.md with the machine under it. Figures of different
// days, machines or databases compare badly, so what matters is measured against something else in the same run and reported
// as a ratio. The folder river is a module of its own: AsyncGate doesn't depend on River.
package bench
