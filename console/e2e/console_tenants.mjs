import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { newContext } from "./browser.mjs";
import { Caller } from "./caller.mjs";
import { ConsolePage } from "./console_page.mjs";

test("who goes to another tenant takes nothing along", async (t) => {
  const [one, other] = [randomUUID(), randomUUID()];
  const planner = new Caller(one, "agent:planner");
  const ledger = await ConsolePage.open(await newContext(t), "/ledger", { tenant: one, principal: "agent:planner" });
  await planner.create({ type: "of.one" });
  await ledger.row("of.one").waitFor();
  await ledger.button("Pause").click();
  await planner.create({ type: "of.one" });
  await ledger.button("1 new").waitFor();

  await ledger.page.locator(".session-box").click();
  await ledger.dialog.getByLabel("Tenant").fill(other);
  await ledger.button("Change", ledger.dialog).click();
  await ledger.page.getByText("The ledger is empty").waitFor();
  await ledger.ready();
  await ledger.page.getByText("Following", { exact: true }).waitFor();
  await new Caller(other, "agent:planner").create({ type: "of.other" });
  await ledger.row("of.other").waitFor();
});
