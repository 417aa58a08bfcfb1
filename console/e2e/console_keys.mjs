import assert from "node:assert/strict";
import { test } from "node:test";
import { newContext } from "./browser.mjs";
import { ConsolePage } from "./console_page.mjs";

test("the keyboard is enough", async (t) => {
  const page = await ConsolePage.open(await newContext(t), "/obligations?principal=agent:planner");
  const focused = () => page.page.evaluate(() => document.activeElement?.getAttribute("href"));
  for (const [key, title] of [
    ["q", "Queue"],
    ["l", "Ledger"],
    ["g", "Graph"],
    ["o", "Obligations"],
  ]) {
    await page.keys("g", key);
    await page.title(title).waitFor();
    await page.ready();
  }

  await page.go("/obligations?principal=agent:planner");
  const rows = page.page.locator("a[data-row]");
  await rows.nth(2).waitFor();
  const address = (at) => rows.nth(at).getAttribute("href");
  await page.keys("j", "j", "j", "k");
  assert.equal(await focused(), await address(1));
  await page.keys("ArrowDown");
  assert.equal(await focused(), await address(2));
  const type = await rows.nth(2).textContent();
  await page.keys("Enter");
  await page.title(type).waitFor();
  await page.keys("Escape");
  await page.title("Obligations").waitFor();

  await page.keys("?");
  await page.dialog.getByText("Go to Ledger").waitFor();
  await page.dialog.getByText("From task to task").waitFor();
  await page.keys("Escape");
  await page.dialog.waitFor({ state: "detached" });
  // What is typed into a field is no shortcut.
  await page.keys("/");
  await page.page.locator("[data-filter] input:focus").waitFor();
  await page.keys("g", "q", "j");
  await page.title("Obligations").waitFor();
});
