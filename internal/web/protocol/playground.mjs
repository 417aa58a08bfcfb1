// The modules of the playground's page, which find here a server to talk to and as much of a browser as they need.
import { before, after, test } from 'node:test';
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { until } from './until.mjs';

const [, , url] = process.argv;

let folder;
const load = (name) => import(pathToFileURL(join(folder, name)));
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playground-'));
  await cp(new URL('../static', import.meta.url), folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type": "module"}'); // what the server's Content-Type says
  const { fetch } = globalThis;
  globalThis.fetch = (path, options) => fetch(new URL(path, url), options);
  globalThis.document = { createElement: (name) => new Element(name) };
});
after(() => rm(folder, { recursive: true }));

// Element is one of a page, as far as the modules know it.
class Element {
  children = [];
  text = '';
  constructor(name) {
    this.name = name;
  }
  append(...children) {
    this.children.push(...children);
  }
  replaceChildren(...children) {
    this.children = children;
  }
  scrollIntoView() {}
  get textContent() {
    return this.text + this.children.map((c) => c.textContent ?? c).join('');
  }
  set textContent(text) {
    this.text = text;
  }
  // all returns what is within, at whatever depth, of which holds is true.
  all(holds) {
    return this.children.filter((c) => c instanceof Element).flatMap((c) => [...(holds(c) ? [c] : []), ...c.all(holds)]);
  }
}

test('the schema shows each type with what it is made of', async () => {
  const { showSchema } = await load('schema.js');
  const page = new Element('div');
  const follow = (name) => page.all((e) => e.name === 'button' && e.text === name)[0].onclick();
  const items = () => page.all((e) => e.className === 'item').map((e) => e.children[0].textContent);
  await showSchema(page, () => ({}));
  assert.match(page.textContent, /object Query/);
  assert.ok(items().some((item) => item.startsWith('task(id: ID!): Task')), items().join('\n'));
  follow('Mutation');
  follow('CreateTaskInput');
  assert.match(page.textContent, /input object CreateTaskInput/);
  assert.ok(items().includes('type: String!'), items().join('\n'));
  follow('ExpectedOutcome');
  assert.match(page.textContent, /enum ExpectedOutcome/);
  assert.deepEqual(items(), ['ANY', 'RESULT', 'ARTIFACT']);
  follow('Query');
  follow('ID');
  assert.deepEqual(items(), []);
});

test('a type is made of what its kind says, whatever lists are there', async () => {
  const { showSchema } = await load('schema.js');
  const { fetch } = globalThis;
  const lists = { fields: [], inputFields: [], enumValues: [] };
  const types = [
    { ...lists, kind: 'OBJECT', name: 'Query', fields: [{ name: 'f', args: [], type: { kind: 'ENUM', name: 'E' } }] },
    { ...lists, kind: 'ENUM', name: 'E', enumValues: [{ name: 'ONE' }] },
  ];
  const page = new Element('div');
  globalThis.fetch = async () => Response.json({ data: { __schema: { queryType: { name: 'Query' }, types } } });
  try {
    await showSchema(page, () => ({}));
  } finally {
    globalThis.fetch = fetch;
  }
  page.all((e) => e.text === 'E')[0].onclick();
  assert.match(page.textContent, /ONE/);
});

test('ids in any script reach the server', async () => {
  const { execute } = await load('request.js');
  for (const id of ['plain', 'josé', '計画', '🗂 a']) {
    let answer;
    const end = await execute({
      query: '{ viewer { principal { id } } }',
      variables: '',
      headers: { 'X-Principal': `agent:${id}` },
      onResponse: (text) => (answer = text),
    });
    assert.equal(end.status, 200, answer);
    assert.equal(JSON.parse(answer).data.viewer.principal.id, id);
  }
});

test('what no header can carry is named before it is sent', async () => {
  const { execute } = await load('request.js');
  const sent = execute({ query: '{ viewer { tenantId } }', variables: '', headers: { 'X-Principal': 'agent:a\0' }, onResponse() {} });
  await assert.rejects(sent, { name: 'RangeError', message: 'X-Principal contains a control character' });
});

test('the examples tell a story, whose ids are filled in', async () => {
  const { execute } = await load('request.js');
  const { examples } = await load('examples.js');
  const { fill, remember } = await load('recent.js');
  const tenant = crypto.randomUUID();
  const play = async (name) => {
    const { query, variables, principal } = examples.find((example) => example.name === name);
    let answer;
    await execute({
      query,
      variables: fill(JSON.stringify(variables)),
      headers: { 'X-Tenant-ID': tenant, 'X-Principal': principal },
      onResponse: (text) => (answer = JSON.parse(text)),
    });
    assert.equal(answer.errors, undefined);
    remember(answer.data);
    return answer.data;
  };
  await assert.rejects(play('completeTask'), { name: 'RangeError', message: /claimTasks returns: run that first/ });
  await play('createTask');
  await play('claimTasks');
  await play('reportProgress');
  await play('completeTask');
  assert.equal((await play('receipts')).task.obligation.isOpen, false);
  assert.deepEqual((await play('openObligations')).openObligations.nodes, []);
  assert.equal((await play('queueStats')).service.name, 'asyncgate');
});

test('events come one by one, with all their digits', async (t) => {
  const { execute } = await load('request.js');
  const headers = { 'X-Tenant-ID': crypto.randomUUID() };
  const events = [];
  const stop = new AbortController();
  t.after(() => stop.abort()); // else a failure would wait for the stream
  let answer;
  const stream = execute({
    query: 'subscription { receipts(after: "0") { receipt { task { payload } } } }',
    variables: '',
    headers,
    signal: stop.signal,
    onResponse: (text) => events.push(text),
  });
  await execute({
    query: 'mutation($r: JSON) { createTask(input: {type: "t", payload: $r}) { created } }',
    variables: '{"r": 12345678901234567890123}',
    headers,
    onResponse: (text) => (answer = text),
  });
  assert.match(answer, /"created":true/);
  await until('the event', () => events.length > 0);
  stop.abort();
  await assert.rejects(stream, { name: 'AbortError' });
  assert.match(events[0], /"payload":12345678901234567890123/);
});
