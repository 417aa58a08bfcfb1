// What axe-core says about a page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8");

// expectAccessible fails on serious and critical faults of what is within one selector, and within none of some others. only
// names the rules to look at, all of them when there are none.
export async function expectAccessible(page, what, { within = "body", without = [], only = [], rules = {} } = {}) {
  if (await page.evaluate(() => window.axe === undefined)) await page.evaluate(axe);
  const context = { include: [[within]], exclude: without.map((selector) => [selector]) };
  const options = { rules, resultTypes: ["violations"], ...(only.length > 0 && { runOnly: only }) };
  const { violations } = await page.evaluate(([where, how]) => window.axe.run(where, how), [context, options]);
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  const found = serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  assert.deepEqual(found, [], what);
}
