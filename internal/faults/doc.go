// Package faults breaks things on purpose and holds what callers were told against what is stored afterwards. It has tests
// only: whole servers, as users run them, whose processes, databases and connections are cut at every place there is.
//
// It owes the house that the promises of docs/guarantees.md hold while things die: everything acknowledged is in the ledger,
// a repeated call tells the truth, and a reader that presents its last cursor gets every receipt, once, in order, wherever it
// lands. It must never look inside a room: it knows the API, the commands, and what travels between a server and PostgreSQL.
//
// `make test` runs a short version of everything, `make test-faults` takes minutes. What is random comes from a seed that
// each test names; -faults.seed repeats it.
package faults
