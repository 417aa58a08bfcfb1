import assert from "node:assert/strict";
import { test } from "node:test";
import { expectAccessible } from "./accessible.mjs";
import { newContext } from "./browser.mjs";
import { ConsolePage } from "./console_page.mjs";

// Where the command that filled the server says that there is something to look at, and where there is nothing.
const places = [...process.argv.slice(4), "/obligations?principal=agent:nobody", "/tasks/nothing", "/nowhere"];

// Of what is alike, some are enough.
const without = ["tbody tr", ".react-flow__node", ".tree-rows > li", ".timeline > li"].map(
  (all) => `${all}:nth-child(n+12)`,
);

const schemes = [
  { colorScheme: "light", only: [] },
  { colorScheme: "dark", only: ["color-contrast"] },
];

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test(`everything fits into ${viewport.width}×${viewport.height}, in light and dark, and shuts nobody out`, async (t) => {
    const console = await ConsolePage.open(await newContext(t, { viewport }));
    const { page } = console;
    const look = async (what, within) => {
      for (const { colorScheme, only } of schemes) {
        await page.emulateMedia({ colorScheme });
        await expectAccessible(page, `${what}, ${colorScheme}`, { within, without, only });
      }
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(width <= viewport.width, `${what} is ${width} wide`);
    };
    for (const place of places) {
      await console.go(place);
      await look(place);
    }
    await console.go("/obligations");
    await console.keys("?");
    await look("the keys", "dialog");
    await console.keys("Escape");
    await console.button("Create a task").click();
    await console.dialog.getByText("More", { exact: true }).click();
    await look("a new task", "dialog");
  });
}
