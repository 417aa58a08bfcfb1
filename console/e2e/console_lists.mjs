import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { newContext } from "./browser.mjs";
import { Caller } from "./caller.mjs";
import { ConsolePage } from "./console_page.mjs";

test("every receipt's hash is computed in the browser", async (t) => {
  const ledger = await ConsolePage.open(await newContext(t), "/ledger");
  await ledger.button("Verify all shown").click();
  await ledger.page.getByText(/^All \d+ verified/).waitFor();
  const shown = await ledger.page.locator(".ledger-row").count();
  assert.ok(shown >= 50, `${shown} receipts are shown`);
  await ledger.page.getByText(new RegExp(`^All ${shown} verified`)).waitFor();
});

test("a receipt that says something else than was hashed is found out", async (t) => {
  const tenant = randomUUID();
  await new Caller(tenant, "agent:planner").create({ type: "report.write" }, { type: "report.write" });
  const context = await newContext(t);
  await context.route("**/graphql", async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      body: (await response.text()).replaceAll("agent", "human").replaceAll("AGENT", "HUMAN"),
    });
  });
  const ledger = await ConsolePage.open(context, "/ledger", { tenant });
  await ledger.page.getByText("2 not verified, of 2 checked").waitFor();
});

test("the queue is counted as the server counts it, and a count leads to its tasks", async (t) => {
  const { queueStats } = await new Caller("00000000-0000-0000-0000-000000000000", "agent:planner").call(
    "{ queueStats { status count } }",
  );
  const failed = queueStats.filter(({ status }) => status === "FAILED").reduce((sum, { count }) => sum + count, 0);
  assert.ok(failed > 0 && failed < 50);
  const queue = await ConsolePage.open(await newContext(t), "/queue");
  await queue.page.getByRole("link", { name: `${failed} failed`, exact: true }).click();
  const rows = queue.page.locator("table.queue tbody tr");
  await queue.page.locator("table.queue").getByText("Queued").first().waitFor({ state: "detached" });
  await rows.nth(failed - 1).waitFor();
  assert.deepEqual(new Set(await rows.locator(".badge").allTextContents()), new Set(["Failed"]));
  assert.equal(await rows.count(), failed);
  await rows.first().locator("[data-row]").click();
  await queue.page.locator(".page-note").getByText("Failed").waitFor();
  await queue.page.goBack();
  await rows.nth(failed - 1).waitFor();
});
