import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { expectAccessible } from "./accessible.mjs";
import { newContext } from "./browser.mjs";
import { PlaygroundPage } from "./playground_page.mjs";

test("a task's life, with a subscription open beside it", async (t) => {
  const context = await newContext(t);
  const work = await PlaygroundPage.open(context);
  const tenant = randomUUID();
  await work.fill({ Tenant: tenant });
  await work.page.getByRole("button", { name: "Show Examples" }).click();
  const opens = context.waitForEvent("page");
  await work.page.getByRole("link", { name: "In a browser tab of its own" }).click();
  const watch = await new PlaygroundPage(await opens).ready();
  await watch.page.locator(".graphiql-tab-active", { hasText: "ResultReady" }).waitFor();
  assert.equal(await watch.field("Tenant"), tenant);
  await watch.listen("ResultReady");

  const created = (await work.run("CreateTask")).data.createTask.task;
  assert.equal(created.status, "QUEUED");
  assert.equal(await work.field("Principal"), "agent:planner");
  const [lease] = (await work.run("ClaimTasks")).data.claimTasks.leases;
  assert.equal(lease.task.id, created.id);
  assert.equal(await work.field("Principal"), "worker:w-1");
  assert.equal((await work.run("ReportProgress")).data.reportProgress.task.status, "RUNNING");
  assert.equal((await work.run("CompleteTask")).data.completeTask.task.status, "SUCCEEDED");
  const { obligation, receipts } = (await work.run("Receipts")).data.task;
  assert.equal(obligation.isOpen, false);
  assert.deepEqual(
    receipts.nodes.map(({ type }) => type),
    ["TASK_ASSIGNED", "TASK_ACCEPTED", "TASK_STARTED", "TASK_PROGRESS", "TASK_COMPLETED", "TASK_RESULT_READY"],
  );
  const { data } = JSON.parse(await watch.response("resultReady"));
  assert.equal(data.resultReady.receipt.task.id, created.id);
});

test("a subscription that is cut goes on behind its last event", async (t) => {
  const context = await newContext(t);
  const subscribed = [];
  let cut;
  await context.routeWebSocket(/graphql/, (page) => {
    const server = page.connectToServer();
    cut = () => page.close({ code: 1012, reason: "restart" });
    page.onMessage((message) => {
      const { type, payload } = JSON.parse(message);
      if (type === "subscribe") subscribed.push(payload.variables);
      server.send(message);
    });
  });
  const [watch, work] = [await PlaygroundPage.open(context), await PlaygroundPage.open(await newContext(t))];
  const tenant = randomUUID();
  for (const page of [watch, work]) await page.fill({ Tenant: tenant });
  const finish = async () => {
    const { task } = (await work.run("CreateTask")).data.createTask;
    await work.run("ClaimTasks");
    await work.run("CompleteTask");
    return task.id;
  };
  await watch.listen("ResultReady");
  const { cursor } = JSON.parse(await watch.response(await finish())).data.resultReady;
  cut();
  await watch.response(await finish());
  assert.deepEqual(subscribed, [
    { after: null, unacknowledged: true },
    { after: cursor, unacknowledged: false },
  ]);
});

test("who asks goes with queries and subscriptions alike, and into no storage that stays", async (t) => {
  // A key that is none is refused, which browsers log.
  const context = await newContext(t, {}, /401/);
  const page = await PlaygroundPage.open(context);
  const key = `ag_${randomUUID()}`;
  const tenant = randomUUID();
  await page.fill({ Tenant: tenant, Principal: "agent:josé", Key: key });
  await page.write("Stats", "query Stats { queueStats { count } }");
  const asks = page.page.waitForRequest((request) => request.postData()?.includes("queueStats") ?? false);
  await page.execute();
  const headers = await (await asks).allHeaders();
  assert.equal(headers.authorization, `Bearer ${key}`);
  assert.equal(headers["x-tenant-id"], tenant);
  assert.equal(Buffer.from(headers["x-principal"], "latin1").toString(), "agent:josé");

  await page.write("Results", "subscription Results { resultReady { cursor } }");
  let said;
  const opens = page.page.waitForEvent("websocket", {
    predicate: (socket) =>
      new Promise((resolve) => {
        socket.on("framesent", ({ payload }) => {
          said ??= JSON.parse(payload);
          resolve(true);
        });
      }),
  });
  await page.execute();
  await opens;
  assert.deepEqual(said, {
    type: "connection_init",
    payload: { Authorization: `Bearer ${key}`, "X-Tenant-ID": tenant, "X-Principal": "agent:josé" },
  });
  const kept = await page.page.evaluate(() => [
    JSON.stringify(localStorage),
    JSON.stringify(sessionStorage),
    document.cookie,
  ]);
  assert.ok(!kept[0].includes(key) && !kept[2].includes(key), "the key is where it stays");
  assert.ok(kept[1].includes(key), "a reload forgets the key");
});

test("what is written is what is sent", async (t) => {
  const page = await PlaygroundPage.open(await newContext(t));
  await page.fill({ Tenant: randomUUID() });
  const { errors } = await page.run("CompleteTask");
  assert.deepEqual(errors, [{ message: "$lastLease stands for what claimTasks returns: run that first" }]);

  await page.write("Unknown", "query Unknown { viewer { nobody } }");
  await page.page.locator(".graphiql-query-editor .squiggly-error").first().waitFor();

  const create = 'mutation Create($p: JSON) { createTask(input: {type: "t", payload: $p}) { task { payload } } }';
  await page.write("Create", create, '{"p": 12345678901234567890123}');
  await page.execute();
  assert.match(await page.response("payload"), /"payload": 12345678901234567890123\b/);
});

test("it is usable on narrow screens", async (t) => {
  const page = await PlaygroundPage.open(await newContext(t, { viewport: { width: 390, height: 844 } }));
  await page.fill({ Tenant: randomUUID() });
  const fits = async (what) => {
    const width = await page.page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(width <= 390, `${what} is ${width} wide`);
  };
  await fits("the page");
  for (const panel of ["Documentation Explorer", "GraphiQL Explorer", "Examples"]) {
    await page.page.getByRole("button", { name: `Show ${panel}` }).click();
    await fits(panel);
  }
  await page.page.getByRole("button", { name: /^claimTasks/ }).click();
  await page.page.locator(".graphiql-tab-active", { hasText: "ClaimTasks" }).waitFor();
  assert.equal((await page.run("CreateTask")).data.createTask.created, true);
  await fits("a response");
});

test("it has the colours that were chosen, else the system's", async (t) => {
  const page = await PlaygroundPage.open(await newContext(t, { colorScheme: "dark" }));
  const shown = (scheme) => page.page.locator(`body.graphiql-${scheme}`).waitFor();
  await shown("dark");
  await page.page.emulateMedia({ colorScheme: "light" });
  await shown("light");
  const choose = () => page.page.getByTitle(/^Colours:/).click();
  await choose(); // light
  await choose(); // dark
  await shown("dark");
});

// GraphiQL's tabs hold buttons, and its explorer's list of kinds has no name; all else is ours, or as it should be.
const rules = { "nested-interactive": { enabled: false }, "select-name": { enabled: false } };

test("nothing shuts anybody out, in any colours", async (t) => {
  const page = await PlaygroundPage.open(await newContext(t));
  await page.fill({ Tenant: randomUUID() });
  await page.run("CreateTask");
  for (const [panel, within] of [
    ["Documentation Explorer", "body"],
    ["GraphiQL Explorer", ".graphiql-plugin"],
    ["Examples", ".graphiql-plugin"],
  ]) {
    await page.page.getByRole("button", { name: `Show ${panel}` }).click();
    for (const colorScheme of ["light", "dark"]) {
      await page.page.emulateMedia({ colorScheme });
      await page.page.locator(`body.graphiql-${colorScheme}`).waitFor();
      await expectAccessible(page.page, `${panel}, ${colorScheme}`, { within, rules });
    }
  }
});
