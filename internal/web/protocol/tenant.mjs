// A tenant of its own on a server in development mode, whose agent creates tasks and whose worker does them.
import { randomUUID } from 'node:crypto';

export class Tenant {
  id = randomUUID();
  agent = { 'x-tenant-id': this.id, 'x-principal': 'agent:planner' };
  worker = { 'x-tenant-id': this.id, 'x-principal': 'worker:w1' };

  constructor(url) {
    this.url = url;
  }

  async call(as, query, variables) {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...as },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return data;
  }

  // finish creates tasks, and does them.
  async finish(count) {
    await this.call(this.agent, 'mutation($inputs: [CreateTaskInput!]!) { createTasks(inputs: $inputs) { created } }', {
      inputs: Array.from({ length: count }, (_, n) => ({ type: 'work', payload: { n } })),
    });
    const { claimTasks } = await this.call(this.worker, `mutation { claimTasks(input: {types: ["work"], maxTasks: ${count}}) { leases { id } } }`);
    await this.call(this.worker, 'mutation($inputs: [CompleteTaskInput!]!) { completeTasks(inputs: $inputs) { error { message } } }', {
      inputs: claimTasks.leases.map(({ id }) => ({ leaseId: id, result: { ok: true } })),
    });
  }

  async head() {
    return (await this.call(this.agent, '{ ledgerHead }')).ledgerHead;
  }

  // results are the positions of all results in the ledger.
  async results() {
    const { receipts } = await this.call(
      this.agent,
      '{ receipts(filter: {types: [TASK_RESULT_READY]}, first: 200) { nodes { seq } } }',
    );
    return receipts.nodes.map(({ seq }) => seq);
  }
}

// resultReady is a subscription that is resumed by its variables.after.
export const resultReady = 'subscription($after: String) { resultReady(after: $after) { cursor receipt { seq } } }';
