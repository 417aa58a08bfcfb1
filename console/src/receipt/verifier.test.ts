import { expect, it, vi } from "vitest";
import type { HashedReceiptFragment } from "../generated/graphql";
import { type Pace, Verifier } from "./verifier";

/** A browser that runs what waits when told to, and has time for so many receipts. */
function browserOf(receipts: number) {
  let planned: { pace: keyof Pace; run: () => void }[] = [];
  const plan = (pace: keyof Pace) => (run: (left: () => number) => void) => {
    let left = receipts;
    planned.push({ pace, run: () => run(() => --left) });
  };
  return {
    pace: { idle: plan("idle"), soon: plan("soon") },
    /** Runs what waits, and tells how it was asked for. */
    run: () => {
      const now = planned;
      planned = [];
      for (const each of now) each.run();
      return now.map(({ pace }) => pace);
    },
  };
}

function receipt(id: string): HashedReceiptFragment {
  return {
    type: "TASK_ASSIGNED",
    from: { kind: "SERVICE", id: "svc:asyncgate" },
    to: { kind: "AGENT", id },
    task: null,
    lease: null,
    parents: [],
    body: {},
    bodyHash: null,
    archived: false,
    hash: "0".repeat(64),
  };
}

it("checks what it is asked for when there is time, a slice at a time", () => {
  const browser = browserOf(2);
  const verifier = new Verifier(browser.pace);
  const told = vi.fn();
  verifier.subscribe(told);
  const receipts = ["a", "b", "c"].map(receipt);
  for (const each of receipts) verifier.ask(each);
  expect(receipts.map((each) => verifier.of(each))).toEqual([undefined, undefined, undefined]);

  expect(browser.run()).toEqual(["idle"]);
  expect(receipts.map((each) => verifier.of(each)?.verdict)).toEqual(["refuted", "refuted", undefined]);
  expect(browser.run()).toEqual(["idle"]);
  expect(receipts.map((each) => verifier.of(each)?.verdict)).toEqual(["refuted", "refuted", "refuted"]);
  expect(told).toHaveBeenCalledTimes(2);
});

it("checks a receipt once, however often it is asked", () => {
  const browser = browserOf(10);
  const verifier = new Verifier(browser.pace);
  const one = receipt("a");
  verifier.ask(one);
  verifier.ask(one);
  browser.run();
  const check = verifier.of(one);
  verifier.ask(one);
  expect(browser.run()).toEqual([]);
  expect(verifier.of(one)).toBe(check);
});

it("checks anew when it is told to, and soon", () => {
  const browser = browserOf(10);
  const verifier = new Verifier(browser.pace);
  const one = receipt("a");
  verifier.ask(one);
  browser.run();
  const check = verifier.of(one);
  verifier.again([one]);
  expect(verifier.of(one)).toBeUndefined();
  expect(browser.run()).toEqual(["soon"]);
  expect(verifier.of(one)).toEqual(check);

  verifier.ask(receipt("b"));
  expect(browser.run()).toEqual(["idle"]);
});
