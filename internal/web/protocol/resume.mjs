// What a client of either transport must do when its connection is cut: connect again by itself, and miss nothing.
import assert from 'node:assert/strict';
import { cutter } from './cutter.mjs';
import { Tenant, resultReady } from './tenant.mjs';
import { gate, until } from './until.mjs';

// resumesAfterACut cuts the connection of a subscriber, and holds it off while results are added. newClient(tenant, url, away)
// makes a client that connects to url, and again once away() is fulfilled.
export async function resumesAfterACut(t, url, newClient) {
  const tenant = new Tenant(url);
  const wire = await cutter(url);
  t.after(() => wire.close());
  const away = gate();
  const client = newClient(tenant, wire.url, () => away.opened);

  const variables = { after: await tenant.head() };
  const seen = [];
  let error;
  client.subscribe({ query: resultReady, variables }, {
    next({ data: { resultReady: { cursor, receipt } } }) {
      variables.after = cursor;
      seen.push(receipt.seq);
    },
    error: (e) => (error = e),
    complete: () => {},
  });
  await tenant.finish(3);
  await until('the first results', () => seen.length >= 3);
  wire.cut();
  await tenant.finish(4);
  away.open();
  await tenant.finish(2);
  await until('all results', () => error || seen.length >= 9);
  assert.ifError(error);
  assert.deepEqual(seen, await tenant.results());
}
