// Ready documents, in the order of the story: hand over, do, see that nothing is owed any more, watch. $lastTask and $lastLease
// in variables are filled in by recent.js.
export const examples = [
  {
    name: "createTask",
    about: "Hand over work. From now on the caller is owed an answer.",
    principal: "agent:planner",
    query: `mutation CreateTask($input: CreateTaskInput!) {
  createTask(input: $input) {
    created
    task { id type status createdAt }
  }
}`,
    variables: { input: { type: "report.write", payload: { topic: "open obligations" }, priority: 5 } },
  },
  {
    name: "claimTasks",
    about: "Take work as a worker, waiting up to 5 s for it.",
    principal: "worker:w-1",
    query: `mutation ClaimTasks($input: ClaimTasksInput!) {
  claimTasks(input: $input) {
    leases {
      id
      expiresAt
      task { id type payload attempt }
    }
  }
}`,
    variables: { input: { types: ["report.write"], maxTasks: 1, waitSeconds: 5 } },
  },
  {
    name: "reportProgress",
    about: "Tell how far the work is. $lastLease is the lease that was claimed last; the first report starts the task.",
    principal: "worker:w-1",
    query: `mutation ReportProgress($input: ReportProgressInput!) {
  reportProgress(input: $input) {
    task { id status startedAt progress { data updatedAt } }
  }
}`,
    variables: { input: { leaseId: "$lastLease", progress: { pagesRead: 2, ofPages: 3 } } },
  },
  {
    name: "completeTask",
    about: "Report success, on the lease that was claimed last. It ends the task and closes its obligation.",
    principal: "worker:w-1",
    query: `mutation CompleteTask($input: CompleteTaskInput!) {
  completeTask(input: $input) {
    task { id status outcome { result completedAt } }
    receipt { id type seq hash }
  }
}`,
    variables: { input: { leaseId: "$lastLease", summary: "done", result: { pages: 3 } } },
  },
  {
    name: "receipts",
    about: "What the ledger tells of the task that was created last: the obligation, what closed it, and all between.",
    principal: "agent:planner",
    query: `query Receipts($task: ID!) {
  task(id: $task) {
    status
    obligation {
      id
      isOpen
      terminator { id type seq }
    }
    receipts(first: 20) {
      nodes {
        seq
        type
        from { kind id }
        to { kind id }
        parents { seq type }
        body
        hash
      }
    }
  }
}`,
    variables: { task: "$lastTask" },
  },
  {
    name: "resultReady",
    about: "A subscription: results as they become ready, those that nobody acknowledged first. To go on where it ended, give it the last cursor as after.",
    principal: "agent:planner",
    query: `subscription ResultReady($after: String, $unacknowledged: Boolean) {
  resultReady(after: $after, unacknowledged: $unacknowledged) {
    cursor
    receipt {
      id
      seq
      body
      task { id type status }
    }
  }
}`,
    variables: { after: null, unacknowledged: true },
  },
  {
    name: "openObligations",
    about: "What the caller is still owed, with what led there.",
    principal: "agent:planner",
    query: `query OpenObligations($first: Int) {
  openObligations(first: $first) {
    nodes {
      id
      seq
      type
      body
      task {
        id
        status
        progress { data updatedAt }
        lease { worker { kind id } expiresAt }
      }
      children(first: 10) {
        nodes { seq type from { kind id } createdAt }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
    variables: { first: 20 },
  },
  {
    name: "queueStats",
    about: "How much waits, runs and is done; who asks, and who answers.",
    query: `query QueueStats {
  queueStats { type status count oldestEligibleAt }
  viewer { tenantId principal { kind id } scopes }
  service { name version environment }
}`,
    variables: {},
  },
];
