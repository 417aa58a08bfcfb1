// Package models is the law: the nouns of AsyncGate (task, lease, receipt, principal), the state machine, the
// termination table, the limits, canonical JSON, the receipt hash, cursors and the error type.
//
// The room is pure. It owes the others one definition of every rule; it must never do I/O, read a clock, draw a random
// number or know SQL, HTTP or GraphQL.
package models
