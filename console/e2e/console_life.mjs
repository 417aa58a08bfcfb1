import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { newContext } from "./browser.mjs";
import { Caller } from "./caller.mjs";
import { ConsolePage } from "./console_page.mjs";

test("a task that is created in the page is worked on and closes before one's eyes", async (t) => {
  const context = await newContext(t);
  const tenant = randomUUID();
  const worker = new Caller(tenant, "worker:w-1");
  const planner = { tenant, principal: "agent:planner" };
  const owed = await ConsolePage.open(context, "/obligations?principal=agent:planner", planner);
  await owed.page.getByText("Nothing is owed").waitFor();
  const owedStays = await owed.mark();

  await owed.button("Create a task").click();
  await owed.page.locator("[name=type]:focus").fill("report.write"); // where one begins to write
  await owed.dialog.getByLabel("Payload").fill('{"topic": "open obligations", "limit": 12345678901234567890123}');
  await owed.button("Create", owed.dialog).click();
  await owed.dialog.getByText("Created report.write").waitFor();
  await owed.button("Done", owed.dialog).click();
  await owed.page.locator("button:focus", { hasText: "Create a task" }).waitFor(); // the focus comes back
  const row = owed.row("report.write");
  await row.getByText("Queued").waitFor();

  const address = await row.locator("[data-row]").getAttribute("href");
  const task = await ConsolePage.open(context, address.slice(1), planner);
  const taskStays = await task.mark();
  const standing = task.page.locator(".standing");
  await standing.getByText("Open for").waitFor();
  await task.section("Payload").getByText("12345678901234567890123").waitFor();

  const lease = await worker.claim("report.write");
  await task.page.locator(".page-note").getByText("Leased").waitFor();
  await worker.progress(lease, { pagesRead: 2, ofPages: 3 });
  await task.section("Progress").getByText("pagesRead").waitFor();
  await (await owed.front()).row("report.write").getByText("Running").waitFor();
  await row.getByText("worker:w-1").waitFor();

  await worker.complete(lease, { pages: 3 });
  await owed.page.getByText("closed just now").waitFor();
  await row.getByText("Succeeded").waitFor();
  await task.front();
  await task.page.locator(".page-note").getByText("Succeeded").waitFor();
  await standing.getByText("Closed: completed").waitFor();
  await task.section("Life").getByText("closes it").waitFor();
  await task.section("Timeline").getByText("closes the obligation").waitFor();
  assert.ok((await owedStays()) && (await taskStays()), "a page was loaded again");
});

test("a lease that is renewed goes on, though no receipt tells of it", async (t) => {
  const tenant = randomUUID();
  const [planner, worker] = [new Caller(tenant, "agent:planner"), new Caller(tenant, "worker:w-1")];
  const [{ id }] = await planner.create({ type: "report.write" });
  const context = await newContext(t);
  const who = { tenant, principal: "agent:planner" };
  const owed = await ConsolePage.open(context, "/obligations", who);
  const task = await ConsolePage.open(context, `/tasks/${id}`, who);
  const lease = await worker.claim("report.write", 20);
  const shown = (left) => Promise.all([owed, task].map(({ page }) => page.getByText(left).first().waitFor()));
  await shown(/^(1[0-3]|\d)s$/); // when the pages have looked once whether it is renewed
  await worker.renew(lease, 600);
  await shown(/^9m /);
});

test("what the server refuses is said in its words", async (t) => {
  const tenant = randomUUID();
  const planner = new Caller(tenant, "agent:planner");
  await planner.create({ type: "report.write", payload: { topic: "one" }, idempotencyKey: "once" });
  const page = await ConsolePage.open(await newContext(t), "/obligations", { tenant, principal: "agent:planner" });
  await page.row("report.write").waitFor();
  await page.button("Create a task").click();
  await page.dialog.getByLabel("Type").fill("report.write");
  await page.dialog.getByLabel("Payload").fill('{"topic": ');
  // Who marks it and lets go beside the dialog still has it.
  const { x, y } = await page.dialog.getByLabel("Payload").boundingBox();
  await page.page.mouse.move(x + 40, y + 10);
  await page.page.mouse.down();
  await page.page.mouse.move(4, y + 10);
  await page.page.mouse.up();
  await page.dialog.getByText("Not JSON yet").waitFor();
  await page.dialog.getByLabel("Payload").fill('{"topic": "another"}');
  await page.dialog.getByText("More", { exact: true }).click();
  await page.dialog.getByLabel("Idempotency key").fill("once");
  await page.button("Create", page.dialog).click();
  const refusal = page.dialog.getByRole("alert");
  await refusal.getByText("IDEMPOTENCY_CONFLICT").waitFor();
  assert.match(await refusal.textContent(), /Trace\s?[0-9a-f]{32}/);
  // Its content can be mended where it is.
  await page.dialog.getByLabel("Payload").fill('{"topic": "one"}');
  await page.button("Create", page.dialog).click();
  await page.dialog.getByText("This key had created report.write before").waitFor();
  await page.keys("Escape");
  await page.dialog.waitFor({ state: "detached" });
  assert.equal(await page.row("report.write").count(), 1);
});
