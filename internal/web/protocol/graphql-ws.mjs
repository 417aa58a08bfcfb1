// The client graphql-ws, and below it the bare subprotocol, graphql-transport-ws.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { Tenant, resultReady } from './tenant.mjs';
import { collect } from './collect.mjs';
import { resumesAfterACut } from './resume.mjs';
import { until } from './until.mjs';

const [, , url] = process.argv;
const socketURL = (of) => of.replace(/^http/, 'ws');

function newClient(t, tenant, options) {
  const client = createClient({
    url: socketURL(url), webSocketImpl: WebSocket, connectionParams: tenant.agent, retryWait: async () => {}, ...options,
  });
  t.after(() => client.dispose());
  return client;
}

describe('the client', { concurrency: true }, () => {
  test('a dropped connection is taken up again behind the last cursor', (t) =>
    resumesAfterACut(t, url, (tenant, cut, away) => newClient(t, tenant, { url: socketURL(cut), retryWait: away })));

  test('a terminated socket too', async (t) => {
    const tenant = new Tenant(url);
    let socket;
    const client = newClient(t, tenant, { on: { connected: (s) => (socket = s) } });
    const variables = { after: '0' };
    const seen = [];
    client.subscribe({ query: resultReady, variables }, {
      next({ data: { resultReady: { cursor, receipt } } }) {
        variables.after = cursor;
        seen.push(receipt.seq);
        if (seen.length % 2 === 0) socket.terminate();
      },
      error: (error) => seen.push(error),
      complete: () => {},
    });
    await tenant.finish(7);
    await until('all results', () => seen.length >= 7);
    assert.deepEqual(seen, await tenant.results());
  });

  test('several operations on one socket', async (t) => {
    const tenant = new Tenant(url);
    let sockets = 0;
    const client = newClient(t, tenant, { lazy: false, on: { opened: () => sockets++ } });

    const results = collect(client, { query: resultReady, variables: { after: '0' } });
    const ledger = collect(client, { query: 'subscription { receipts(filter: {types: [TASK_COMPLETED]}, after: "0") { cursor } }' });
    const work = collect(client, { query: 'subscription { taskAvailable(types: ["other"]) { type } }' });
    const left = collect(client, { query: resultReady, variables: { after: '0' } });
    await tenant.finish(1);
    await until('events', () => results.events.length === 1 && ledger.events.length === 1 && left.events.length === 1);
    left.unsubscribe();

    const create = { query: 'mutation { createTask(input: {type: "other"}) { created } }' };
    const mutation = collect(client, create);
    const query = collect(client, { query: '{ viewer { tenantId } }' });
    const invalid = collect(client, { query: '{ nothing }' });
    await until('the answers', () => mutation.complete && query.complete && invalid.error);
    assert.deepEqual(mutation.events, [{ data: { createTask: { created: true } } }]);
    assert.deepEqual(query.events, [{ data: { viewer: { tenantId: tenant.id } } }]);
    assert.equal(invalid.error[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');

    // It has no history, so it may have come too late for the first.
    await until('a wake-up', () => collect(client, create) && work.events.length > 0);

    await tenant.finish(1);
    await until('more', () => results.events.length === 2 && ledger.events.length === 2);
    assert.equal(left.events.length, 1);
    assert.equal(sockets, 1);
  });

  test('a refused subscription is an error, and the socket goes on', async (t) => {
    const tenant = new Tenant(url);
    const client = newClient(t, tenant, {});
    const refused = collect(client, { query: resultReady, variables: { after: 'elsewhere' } });
    await until('the refusal', () => refused.error);
    assert.equal(refused.error[0].extensions.code, 'BAD_USER_INPUT');
    const accepted = collect(client, { query: resultReady, variables: { after: '0' } });
    await tenant.finish(1);
    await until('a result', () => accepted.events.length === 1);
  });

  test('a bad credential is 4401, which is not tried again', async (t) => {
    let sockets = 0;
    const client = newClient(t, { agent: { 'x-principal': 'nobody' } }, { on: { opened: () => sockets++ } });
    const refused = collect(client, { query: resultReady });
    await until('the refusal', () => refused.error);
    assert.equal(refused.error.code, 4401);
    assert.equal(sockets, 1);
  });

  test('pings of the client are answered', async (t) => {
    let pongs = 0;
    const client = newClient(t, new Tenant(url), { lazy: false, keepAlive: 20, on: { pong: (received) => received && pongs++ } });
    collect(client, { query: resultReady });
    await until('pongs', () => pongs >= 3);
  });
});

// peer is a socket that does only what a test says.
async function peer(t, subprotocols = 'graphql-transport-ws', options = {}) {
  const socket = new WebSocket(socketURL(url), subprotocols, options);
  t.after(() => socket.terminate());
  const closed = once(socket, 'close');
  await once(socket, 'open');
  return {
    socket,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    receive: async () => JSON.parse((await once(socket, 'message'))[0]),
    async closes(code) {
      const [got, reason] = await closed;
      assert.equal(got, code, reason);
    },
  };
}

const init = { type: 'connection_init' };
const subscribe = { type: 'subscribe', id: '1', payload: { query: 'subscription { leaseEnded { id } }' } };

describe('the subprotocol', { concurrency: true }, () => {
  test('the server pings', async (t) => {
    const { socket, send } = await peer(t);
    send(init);
    await once(socket, 'ping');
  });

  test('a peer that answers no ping is gone', async (t) => {
    const { send, receive, closes } = await peer(t, 'graphql-transport-ws', { autoPong: false });
    send(init);
    await receive();
    send(subscribe);
    await closes(1006);
  });

  for (const [name, code, messages] of [
    ['no JSON', 4400, ['{']],
    ['an unknown type', 4400, [{ type: 'start' }]],
    ['a subscription without an id', 4400, [init, { ...subscribe, id: undefined }]],
    ['a subscription without a document', 4400, [init, { ...subscribe, payload: {} }]],
    ['a subscription before the init', 4401, [subscribe]],
    ['no init', 4408, []],
    ['an id that is in use', 4409, [init, subscribe, subscribe]],
    ['a second init', 4429, [init, init]],
  ]) {
    test(`${name} closes with ${code}`, async (t) => {
      const { send, closes } = await peer(t);
      messages.forEach(send);
      await closes(code);
    });
  }

  for (const subprotocols of ['graphql-ws', ['graphql-ws', 'json'], []]) {
    test(`the subprotocols ${JSON.stringify(subprotocols)} close with 4406`, async (t) => {
      const { send, closes } = await peer(t, subprotocols);
      send(init);
      await closes(4406);
    });
  }

  test('an id is free again when its operation is over', async (t) => {
    const { socket, send } = await peer(t);
    const types = [];
    socket.on('message', (data) => types.push(JSON.parse(data).type));
    const query = { type: 'subscribe', id: '1', payload: { query: '{ viewer { tenantId } }' } };
    send(init);
    await until('the ack', () => types.length === 1);
    send(query);
    await until('the answer', () => types.length === 3);
    send(query);
    await until('the other answer', () => types.length === 5);
    assert.deepEqual(types, ['connection_ack', 'next', 'complete', 'next', 'complete']);
  });
});
