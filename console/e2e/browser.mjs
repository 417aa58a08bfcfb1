// A browser that complains of everything that must not be: errors and warnings, what a policy refuses, requests to other hosts.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

// Where the server is, and the browser: the Go test of this folder says so.
export const [, , url, executablePath] = process.argv;
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath, args: flags });
});
after(() => browser.close());

// newContext is a browser without a past. Its complaints fail the test in the end, but for those that are expected.
export async function newContext(t, options = {}, expected = /^$/) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", ...options });
  const complaints = [];
  const complain = (what) => expected.test(what) || complaints.push(what);
  context.on("console", (message) => ["error", "warning"].includes(message.type()) && complain(message.text()));
  context.on("weberror", (error) => complain(error.error().stack));
  context.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.protocol !== "data:" && asked.host !== new URL(url).host) complain(`a request to ${asked}`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  return context;
}
