// Package e2e has tests only: the built console and playground in a browser, against the command that serves them.
//
// A script here speaks for somebody at the browser. The Go test that runs it starts the server.
package e2e
