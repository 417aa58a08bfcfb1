// Ready documents, in the order of the story: hand over, do, watch, look up what is owed.
export const examples = [
  {
    name: "createTask",
    about: "Hand over work.",
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
    name: "completeTask",
    about: "Report success on the lease that was claimed last.",
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
    name: "resultReady",
    about: "A subscription: results as they become ready, those that nobody acknowledged first.",
    principal: "agent:planner",
    query: `subscription ResultReady {
  resultReady(unacknowledged: true) {
    cursor
    receipt {
      id
      seq
      body
      task { id type status }
    }
  }
}`,
    variables: {},
  },
  {
    name: "queueStats",
    about: "How much of what waits, runs and is done.",
    query: `{
  queueStats { type status count oldestEligibleAt }
  viewer { tenantId principal { kind id } scopes }
  service { name version environment }
}`,
    variables: {},
  },
];
