// The audits of GraphQL over HTTP: every MUST and every SHOULD holds; which MAY does not is only told.
import test from 'node:test';
import assert from 'node:assert/strict';
import { serverAudits } from 'graphql-http';

const [, , url] = process.argv;

for (const audit of serverAudits({ url })) {
  test(`${audit.id} ${audit.name}`, async (t) => {
    const result = await audit.fn();
    if (result.status === 'notice') t.diagnostic(`not done: ${result.reason}`);
    else assert.equal(result.status, 'ok', result.reason);
  });
}
