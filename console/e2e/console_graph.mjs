import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { newContext } from "./browser.mjs";
import { Caller } from "./caller.mjs";
import { ConsolePage } from "./console_page.mjs";

const TASKS = 500;
const BATCH = 50;

// grow creates tasks of which each batch grew out of the one before.
async function grow(planner) {
  let parents = [];
  for (let made = 0; made < TASKS; made += BATCH) {
    const inputs = Array.from({ length: BATCH }, (_, i) => ({
      type: `step.${made + i}`,
      parentReceiptIds: parents.length > 0 ? [parents[i], parents[(i + 1) % BATCH]].slice(0, 1 + (i % 2)) : [],
    }));
    parents = (await planner.create(...inputs)).map(({ obligation }) => obligation.id);
  }
}

test("five hundred tasks are drawn, moved over, and each leads to its page", async (t) => {
  const tenant = randomUUID();
  const planner = new Caller(tenant, "agent:planner");
  await grow(planner);
  const graph = await ConsolePage.open(await newContext(t), "/graph", { tenant, principal: "agent:planner" });
  const { page } = graph;
  await page.getByText(`${TASKS} tasks, ${TASKS} open`).waitFor();
  const canvas = page.getByRole("application", { name: `Graph of ${TASKS} tasks` });

  // From afar it is one picture.
  await canvas.focus();
  await graph.keys("f");
  const drawn = page.locator(".sketch [data-task]");
  await drawn.nth(TASKS - 1).waitFor({ state: "attached" });
  assert.equal(await drawn.count(), TASKS);
  const box = await canvas.boundingBox();
  for (const blot of [drawn.first(), drawn.last()]) {
    const { x, y } = await blot.boundingBox();
    assert.ok(x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height, "a task is out of view");
  }

  // It follows the mouse and its wheel.
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await graph.moves(() => page.mouse.wheel(0, -300));
  await page.mouse.down();
  await graph.moves(() => page.mouse.move(box.x + box.width / 2 + 80, box.y + box.height / 2 + 40));
  await page.mouse.up();

  // The keys go from task to task.
  const current = page.locator("#current-task a").first();
  await canvas.focus();
  await graph.keys("ArrowRight");
  const first = await current.textContent();
  await graph.keys("ArrowRight");
  await page.locator("#current-task", { hasNotText: new RegExp(`^${first}\\D`) }).waitFor();
  const second = await current.textContent();
  await graph.keys("Enter");
  await graph.title(second).waitFor();
  await graph.keys("Escape");
  await canvas.waitFor();

  // From near by they are cards, and a click on one opens it.
  await canvas.focus();
  await graph.keys("0");
  const card = page.locator(".card-link").first();
  await card.waitFor();
  const type = await card.locator(".card-type").textContent();
  await card.click();
  await graph.title(type).waitFor();
});
