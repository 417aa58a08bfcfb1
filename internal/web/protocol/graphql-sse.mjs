// The client graphql-sse, distinct connections, and below it event streams as curl and EventSource see them.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { Tenant, resultReady } from './tenant.mjs';
import { collect } from './collect.mjs';
import { resumesAfterACut } from './resume.mjs';
import { until } from './until.mjs';

const [, , url] = process.argv;

function newClient(t, tenant, options) {
  const client = createClient({ url, headers: tenant.agent, retry: async () => {}, ...options });
  t.after(() => client.dispose());
  return client;
}

describe('the client', { concurrency: true }, () => {
  test('a dropped connection is taken up again behind the last cursor', (t) =>
    resumesAfterACut(t, url, (tenant, cut, away) => newClient(t, tenant, { url: cut, retry: away })));

  test('several streams at once', async (t) => {
    const tenant = new Tenant(url);
    const client = newClient(t, tenant, {});
    const results = collect(client, { query: resultReady, variables: { after: '0' } });
    const ledger = collect(client, { query: 'subscription { receipts(after: "0") { receipt { type } } }' });
    const left = collect(client, { query: resultReady, variables: { after: '0' } });
    await tenant.finish(1);
    await until('events', () => results.events.length === 1 && ledger.events.length === 4 && left.events.length === 1);
    left.unsubscribe();
    await tenant.finish(1);
    await until('more', () => results.events.length === 2 && ledger.events.length === 8);
    assert.equal(left.events.length, 1);
  });

  test('queries and mutations are one event and complete', async (t) => {
    const tenant = new Tenant(url);
    const client = newClient(t, tenant, {});
    const query = collect(client, { query: '{ viewer { tenantId } }' });
    const mutation = collect(client, { query: 'mutation { createTask(input: {type: "other"}) { created } }' });
    await until('the answers', () => query.complete && mutation.complete);
    assert.deepEqual(query.events, [{ data: { viewer: { tenantId: tenant.id } } }]);
    assert.deepEqual(mutation.events, [{ data: { createTask: { created: true } } }]);
  });

  test('what is wrong with an operation is said in its stream', async (t) => {
    const client = newClient(t, new Tenant(url), {});
    const invalid = collect(client, { query: 'subscription { nothing }' });
    const refused = collect(client, { query: resultReady, variables: { after: 'elsewhere' } });
    await until('the refusals', () => invalid.complete && refused.complete);
    assert.equal(invalid.events[0].errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    assert.equal(refused.events[0].errors[0].extensions.code, 'BAD_USER_INPUT');
  });

  test('a bad credential is 401', async (t) => {
    const client = newClient(t, { agent: { 'x-principal': 'nobody' } }, { retryAttempts: 0 });
    const refused = collect(client, { query: resultReady });
    await until('the refusal', () => refused.error);
    assert.equal(refused.error.response.status, 401);
  });
});

// stream opens an event stream, and reads it block by block.
async function stream(t, tenant, method, payload) {
  const headers = { accept: 'text/event-stream', ...tenant.agent };
  const left = new AbortController();
  t.after(() => left.abort());
  const target = new URL(url);
  const request = { method, headers, signal: left.signal };
  if (method === 'POST') {
    headers['content-type'] = 'application/json';
    request.body = JSON.stringify(payload);
  } else {
    target.searchParams.set('query', payload.query);
    target.searchParams.set('variables', JSON.stringify(payload.variables ?? {}));
  }
  const response = await fetch(target, request);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/event-stream(;|$)/);
  const blocks = (async function* () {
    let text = '';
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) yield text.slice(0, end);
    }
    assert.equal(text, '');
  })();
  return {
    block: async () => (await blocks.next()).value,
    // event is the next block that is no comment, undefined at the end of the stream.
    async event() {
      for (;;) {
        const { value, done } = await blocks.next();
        if (done || !value.startsWith(':')) return value;
      }
    },
  };
}

const result = (event) => {
  const [name, data, ...rest] = event.split('\n');
  assert.equal(name, 'event: next');
  assert.deepEqual(rest, []);
  return JSON.parse(data.replace(/^data: /, '')).data.resultReady;
};

describe('the stream', { concurrency: true }, () => {
  for (const method of ['GET', 'POST']) {
    test(`by ${method}, left and taken up again behind the last cursor`, async (t) => {
      const tenant = new Tenant(url);
      let after = await tenant.head();
      const seen = [];
      for (let n = 0; n < 3; n++) {
        const { event } = await stream(t, tenant, method, { query: resultReady, variables: { after } });
        await tenant.finish(2);
        while (seen.length < 2 + 3 * n) {
          const { cursor, receipt } = result(await event());
          after = cursor;
          seen.push(receipt.seq);
        }
        if (n < 2) await tenant.finish(1); // which nobody reads before the next stream
      }
      assert.deepEqual(seen, await tenant.results());
    });

    test(`by ${method}, a query completes`, async (t) => {
      const tenant = new Tenant(url);
      const { event } = await stream(t, tenant, method, { query: '{ viewer { tenantId } }' });
      assert.equal(await event(), `event: next\ndata: {"data":{"viewer":{"tenantId":"${tenant.id}"}}}`);
      assert.equal(await event(), 'event: complete\ndata:');
      assert.equal(await event(), undefined);
    });

    test(`by ${method}, a silent stream is kept alive by comments`, async (t) => {
      const { block } = await stream(t, new Tenant(url), method, { query: resultReady });
      for (let n = 0; n < 3; n++) assert.equal(await block(), ':');
    });
  }
});
