package main

// group are the operations that somebody needs for one purpose, in the order in which they are called.
type group struct {
	Title, Text string
	// names are kind and name of each: "mutation createTask".
	names []string
}

// groups has every operation once.
var groups = []group{
	{"Delegate work", "What an agent, a person or another program calls to have something done.", []string{
		"mutation createTask", "mutation createTasks", "mutation cancelTask", "mutation retryTask",
	}},
	{"Get results", "Follow a stream, wait for one task, or ask what is still owed.", []string{
		"subscription resultReady", "query awaitTask", "query openObligations", "mutation acknowledgeReceipt",
	}},
	{"Do the work", "A worker's round: hear of work, claim it, report, end it. Whatever it does carries the lease's id.", []string{
		"subscription taskAvailable", "mutation claimTasks", "mutation startTask", "mutation reportProgress", "mutation renewLease",
		"mutation completeTask", "mutation completeTasks", "mutation failTask", "mutation releaseLease",
		"subscription leaseEnded", "query leases", "query lease",
	}},
	{"Look at tasks", "How far things are.", []string{"query task", "query tasks", "query queueStats"}},
	{"Read the ledger", "What has happened, in its one order.", []string{
		"query receipts", "query receipt", "query ledgerHead", "subscription receipts",
	}},
	{"Ask who and where", "What a client checks first.", []string{"query viewer", "query service"}},
}
