// Takes README's pictures: as sharp as its readers' screens, in the colours that they prefer.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { newContext } from "./browser.mjs";
import { ConsolePage } from "./console_page.mjs";

const [folder, ...places] = process.argv.slice(4);
const size = { viewport: { width: 1200, height: 750 }, deviceScaleFactor: 2 };
const LARGEST = 100_000;

// open opens the first place that the command has named of a kind, as somebody whose work it is.
async function open(context, kind) {
  const place = places.find((each) => each.startsWith(kind));
  return ConsolePage.open(context, place, { principal: "human:maria" });
}

// take takes a picture as WebP, which is a quarter of the same as PNG.
async function take({ page }, name) {
  await page.mouse.move(0, 0);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 90 });
  const picture = Buffer.from(data, "base64");
  assert.ok(picture.length < LARGEST, `${name} has ${picture.length} bytes`);
  await writeFile(join(folder, name), picture);
}

for (const colorScheme of ["light", "dark"]) {
  test(`the pictures of the console, ${colorScheme}`, async (t) => {
    const context = await newContext(t, { ...size, colorScheme });
    const graph = await open(context, "/graph");
    await graph.page.locator(".card").first().waitFor();
    await graph.moves(() => graph.keys("+"));
    await take(graph, `console-graph-${colorScheme}.webp`);
    const task = await open(context, "/tasks/");
    await task.page.setViewportSize({ width: 1200, height: 870 }); // its whole life
    await task.page.locator(".life-card").first().waitFor();
    await task.page.locator(".life-edge").first().waitFor({ state: "attached" });
    await take(task, `console-task-${colorScheme}.webp`);
  });
}
