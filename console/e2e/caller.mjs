// Whoever else uses the server: agents and workers, over the API.
import assert from "node:assert/strict";
import { url } from "./browser.mjs";

export class Caller {
  constructor(tenant, principal) {
    this.headers = { "Content-Type": "application/json", "X-Tenant-ID": tenant, "X-Principal": principal };
  }

  async call(query, variables = {}) {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: this.headers,
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined);
    return data;
  }

  // create creates tasks, and returns them with the ids of their obligations.
  async create(...inputs) {
    const { createTasks } = await this.call(
      "mutation($inputs: [CreateTaskInput!]!) { createTasks(inputs: $inputs) { task { id type obligation { id } } } }",
      { inputs },
    );
    return createTasks.map(({ task }) => task);
  }

  // claim claims the one task of a type for so long, and returns its lease's id.
  async claim(type, ttlSeconds = 600) {
    const { claimTasks } = await this.call(
      "mutation($input: ClaimTasksInput!) { claimTasks(input: $input) { leases { id } } }",
      { input: { types: [type], maxTasks: 1, ttlSeconds, waitSeconds: 10 } },
    );
    assert.equal(claimTasks.leases.length, 1, `a ${type} to claim`);
    return claimTasks.leases[0].id;
  }

  async renew(leaseId, extendBySeconds) {
    await this.call("mutation($input: RenewLeaseInput!) { renewLease(input: $input) { lease { id } } }", {
      input: { leaseId, extendBySeconds },
    });
  }

  async progress(leaseId, progress) {
    await this.call("mutation($input: ReportProgressInput!) { reportProgress(input: $input) { task { id } } }", {
      input: { leaseId, progress },
    });
  }

  async complete(leaseId, result) {
    await this.call("mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }", {
      input: { leaseId, summary: "done", result },
    });
  }
}
