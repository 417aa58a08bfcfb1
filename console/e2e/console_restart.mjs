import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { newContext } from "./browser.mjs";
import { Caller } from "./caller.mjs";
import { ConsolePage } from "./console_page.mjs";
import { ask } from "./operator.mjs";

test("when the server is killed and comes back, nothing is missed", async (t) => {
  // What cannot be reached is what browsers log.
  const context = await newContext(t, {}, /ERR_CONNECTION_REFUSED|WebSocket/);
  let connect;
  let mayConnect = Promise.resolve();
  await context.routeWebSocket(/graphql/, async (socket) => {
    await mayConnect;
    socket.connectToServer();
  });
  const tenant = randomUUID();
  const who = { tenant, principal: "agent:planner" };
  const planner = new Caller(tenant, who.principal);
  const worker = new Caller(tenant, "worker:w-1");
  const [{ id }] = await planner.create({ type: "before.it" });
  const lease = await worker.claim("before.it");
  const owed = await ConsolePage.open(context, "/obligations", who);
  const ledger = await ConsolePage.open(context, "/ledger", who);
  const task = await ConsolePage.open(context, `/tasks/${id}`, who);
  const pages = [owed, ledger, task];
  const stays = await Promise.all(pages.map((page) => page.mark()));

  await ask("kill");
  for (const page of pages) {
    await page.front();
    await page.page.getByText("Reconnecting…").waitFor();
    await page.page.getByText("No connection since").waitFor();
  }
  mayConnect = new Promise((resolve) => {
    connect = resolve;
  });
  await ask("start");
  await worker.complete(lease, { late: true });
  await planner.create({ type: "while.away" }, { type: "while.away" });
  await worker.progress(await worker.claim("while.away"), { percent: 50 });
  connect();

  for (const page of pages) {
    await page.front();
    await page.ready();
    await page.page.getByText("No connection since").waitFor({ state: "detached" });
  }
  await task.page.locator(".page-note").getByText("Succeeded").waitFor();
  await (await owed.front()).row("while.away").nth(1).waitFor();
  await owed.row("while.away").getByText("Running").waitFor();
  await planner.create({ type: "live.again" });
  await owed.row("live.again").waitFor();
  const { receipts } = await planner.call("{ receipts(last: 100) { nodes { seq } } }");
  await (await ledger.front()).row("live.again").waitFor();
  const seqs = await ledger.page.locator(".ledger-row td:first-child").allTextContents();
  assert.deepEqual(seqs.map(Number), receipts.nodes.map(({ seq }) => Number(seq)).reverse());
  for (const stayed of stays) assert.ok(await stayed(), "a page was loaded again");
});
