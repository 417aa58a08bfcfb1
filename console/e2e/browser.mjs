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

// On a machine that has much else to do.
const PATIENCE_MS = 90_000;

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath, args: flags });
});
after(() => browser.close());

// newContext is a browser without a past. Its complaints fail the test in the end, but for those that are expected.
export async function newContext(t, options = {}, expected = /^$/) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  const complain = (what) => expected.test(what) || complaints.push(what);
  context.on("console", (message) => ["error", "warning"].includes(message.type()) && complain(message.text()));
  context.on("weberror", (error) => complain(error.error().stack));
  const expectOurs = (asked) => {
    const { protocol, host } = new URL(asked);
    if (protocol !== "data:" && host !== new URL(url).host) complain(`a request to ${asked}`);
  };
  context.on("request", (request) => expectOurs(request.url()));
  context.on("page", (page) => page.on("websocket", (socket) => expectOurs(socket.url())));
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  return context;
}
