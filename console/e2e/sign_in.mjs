import assert from "node:assert/strict";
import { test } from "node:test";
import { newContext, url } from "./browser.mjs";
import { ConsolePage } from "./console_page.mjs";
import { ask } from "./operator.mjs";

const [admin, reader, dismissed] = process.argv.slice(4);

// signIn opens the console, which asks for a key, and gives it one.
async function signIn(page, key, principal = "") {
  await page.getByLabel("API key").fill(key);
  await page.getByLabel("Act as").fill(principal);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("whoever has a key is let in, and out again without a trace", async (t) => {
  // Who has no key is refused, which browsers log.
  const context = await newContext(t, {}, /401/);
  const page = await context.newPage();
  const console = new ConsolePage(page);
  await page.goto(`${url}/#/queue`);
  await signIn(page, `ag_${"x".repeat(43)}`);
  await page.getByRole("alert").getByText("UNAUTHENTICATED").waitFor();
  const kept = () =>
    page.evaluate(() => ({
      local: JSON.stringify(localStorage),
      session: JSON.stringify(sessionStorage),
      cookie: document.cookie,
    }));
  assert.deepEqual(await kept(), { local: "{}", session: "{}", cookie: "" });

  await signIn(page, admin);
  await console.ready();
  await console.title("Queue").waitFor(); // where one wanted to go
  await page.locator(".session-box").getByText("ada").waitFor();
  const { local, session, cookie } = await kept();
  assert.ok(session.includes(admin), "a reload forgets the key");
  assert.ok(!`${local}${cookie}${page.url()}`.includes(admin), "the key is where it stays");
  await page.reload();
  await console.ready();

  await page.locator(".session-box").click();
  await console.button("Sign out", console.dialog).click();
  await page.getByLabel("API key").waitFor();
  assert.equal((await kept()).session, "{}");
  await page.reload();
  await page.getByLabel("API key").waitFor();
});

test("what a key does not allow is not offered", async (t) => {
  const context = await newContext(t, {}, /401/);
  const page = await context.newPage();
  await page.goto(url);
  await signIn(page, reader);
  const console = await new ConsolePage(page).ready();
  await page.getByText("Nothing is owed").waitFor();
  assert.equal(await console.button("Create a task").count(), 0);
  await page.locator(".session-box").click();
  await console.dialog.getByText("READ", { exact: true }).waitFor();
  assert.equal(await console.dialog.getByLabel("Act as").count(), 0);
});

test("who has the key of an administrator acts as whom it likes, and what that one may not is refused", async (t) => {
  const context = await newContext(t, {}, /40[01]/);
  const page = await context.newPage();
  await page.goto(url);
  await signIn(page, reader, "agent:planner");
  await page.getByRole("alert").getByText("FORBIDDEN").waitFor();
  await signIn(page, admin, "agent:planner");
  const console = await new ConsolePage(page).ready();
  await page.getByText("agent:planner has no task that is still to be done").waitFor();
  await console.button("Create a task").click();
  await console.dialog.getByLabel("Type").fill("report.write");
  await console.button("Create", console.dialog).click();
  await console.button("Open the task", console.dialog).click();
  await console.title("report.write").waitFor();
  await page.locator(".standing").getByText("planner").waitFor();
});

test("whose key is revoked is out at once, and told why", async (t) => {
  const context = await newContext(t, {}, /401/);
  const page = await context.newPage();
  await page.goto(`${url}/#/ledger`);
  await signIn(page, dismissed);
  await new ConsolePage(page).ready();
  await ask("revoke");
  await page.getByRole("status").getByText("revoked").waitFor();
  await page.getByLabel("API key").waitFor();
  assert.ok(!(await page.evaluate(() => JSON.stringify(sessionStorage))).includes(dismissed), "the key is kept");
  await signIn(page, reader);
  await new ConsolePage(page).title("Ledger").waitFor();
});
