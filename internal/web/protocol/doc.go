// Package protocol has tests only: other people's clients and audits, from the npm registry, against a whole server, and
// that server with readers and shutdowns that clients do not have in their tests.
//
// A script here speaks for one client. The Go test that runs it starts the server, with intervals short enough to wait for.
package protocol
