// Package mcp is the API as tools for language-model agents, over the Model Context Protocol: an agent delegates a task and
// collects its result, a worker claims tasks and reports on them, and neither writes GraphQL. It is a client of a running server
// like any other, through package client, and keeps nothing between two calls: every handle that a tool returns, a task's id or a
// lease's, is the server's own, and good for any other client too.
package mcp

import (
	"net/http"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/asyncgate/asyncgate/client"
)

// Options are those of the tools.
type Options struct {
	// Version is the program's.
	Version string
	// URL is that of the server whose tasks these are.
	URL string
	// Options are how it is called, and the log, which must be there. Over HTTP each request brings its own credential: what is set here of key, principal and
	// tenant does not count then.
	Options client.Options
}

// instructions are what a model is told of all tools together.
const instructions = `AsyncGate keeps tasks that agents delegate to workers. Nothing is lost: every step is a receipt in a ledger.

Delegating: create_task, then await_task with the id until "done" is true, or collect_results for all results that have come. Between
two calls you may do something else, for hours too. Acknowledge the receiptId of each result that you have dealt with. If you have
forgotten everything: collect_results gives what nobody has acknowledged, open_obligations lists what you are still owed.

Working: claim_tasks gives you a task under a lease that runs out. Do what its payload says, call report_progress from time to time
(it also extends the lease), and end with complete_task or fail_task, or release_task if you can't do it now, always with the leaseId.
If a call says LEASE_INVALID_OR_EXPIRED, stop: the task is no longer yours. If you have forgotten: held_leases lists what you hold.`

// newServer returns the tools, called for whoever a request comes from.
func newServer(o Options, callers callers) *sdk.Server {
	s := sdk.NewServer(
		&sdk.Implementation{Name: "asyncgate", Title: "AsyncGate", Version: o.Version},
		// The tools never change, so there is nothing to subscribe to: else a subscription would be a call that never ends.
		&sdk.ServerOptions{Instructions: instructions, Capabilities: &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}}},
	)
	t := &toolbox{server: s, callers: callers}
	createTask(t)
	awaitTask(t)
	collectResults(t)
	openObligations(t)
	acknowledgeReceipt(t)
	cancelTask(t)
	claimTasks(t)
	heldLeases(t)
	reportProgress(t)
	completeTask(t)
	failTask(t)
	releaseTask(t)
	return s
}

// callers says as whom a request is made, given its headers, which over stdio are nil.
type callers func(http.Header) (*client.Client, error)
