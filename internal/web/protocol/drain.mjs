// Clients of a server that shuts down go on at another one by themselves. Its line "drain" asks for the shutdown.
import test from 'node:test';
import assert from 'node:assert/strict';
import * as sse from 'graphql-sse';
import * as ws from 'graphql-ws';
import WebSocket from 'ws';
import { Tenant, resultReady } from './tenant.mjs';
import { until } from './until.mjs';

const [, , first, second] = process.argv;

test('streams go on at another server', async (t) => {
  const tenant = new Tenant(second);
  const retried = async () => {};
  // follow subscribes at the first server, and after that at the second.
  const follow = (newClient) => {
    const urls = [first];
    const client = newClient(() => urls.shift() ?? second);
    t.after(() => client.dispose());
    const variables = { after: '0' };
    const got = { seen: [], ended: undefined };
    client.subscribe({ query: resultReady, variables }, {
      next({ data, errors }) {
        assert.equal(errors, undefined);
        variables.after = data.resultReady.cursor;
        got.seen.push(data.resultReady.receipt.seq);
      },
      error: (error) => (got.ended = error),
      complete: () => (got.ended = 'complete'),
    });
    return got;
  };
  const followers = [
    follow((url) => ws.createClient({
      url: () => url().replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: tenant.agent, retryWait: retried,
    })),
    follow((url) => sse.createClient({ url, headers: tenant.agent, retry: retried })),
  ];
  await tenant.finish(2);
  await until('the first results', () => followers.every(({ seen }) => seen.length === 2));
  console.log('drain');
  await until('the shutdown', async () => (await fetch(new URL('/readyz', first))).status === 503);
  await tenant.finish(3);
  await until('all results', () => followers.every(({ seen, ended }) => ended || seen.length >= 5));
  const results = await tenant.results();
  for (const { seen, ended } of followers) {
    assert.equal(ended, undefined);
    assert.deepEqual(seen, results);
  }
});
