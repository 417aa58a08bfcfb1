import { expect, it, vi } from "vitest";
import type { HashedReceiptFragment } from "../generated/graphql";
import { type Idle, Verifier } from "./verifier";

/** An idle browser that runs when told to, and has time for so many receipts. */
function idleOf(receipts: number) {
  let planned: (() => void)[] = [];
  const idle: Idle = (run) => {
    planned.push(() => {
      let left = receipts;
      run(() => --left);
    });
  };
  return {
    idle,
    run: () => {
      const now = planned;
      planned = [];
      for (const each of now) each();
      return now.length;
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
  const browser = idleOf(2);
  const verifier = new Verifier(browser.idle);
  const told = vi.fn();
  verifier.subscribe(told);
  const receipts = ["a", "b", "c"].map(receipt);
  for (const each of receipts) verifier.ask(each);
  expect(receipts.map((each) => verifier.of(each))).toEqual([undefined, undefined, undefined]);

  expect(browser.run()).toBe(1);
  expect(receipts.map((each) => verifier.of(each)?.verdict)).toEqual(["refuted", "refuted", undefined]);
  expect(browser.run()).toBe(1);
  expect(receipts.map((each) => verifier.of(each)?.verdict)).toEqual(["refuted", "refuted", "refuted"]);
  expect(told).toHaveBeenCalledTimes(2);
});

it("checks a receipt once, however often it is asked", () => {
  const browser = idleOf(10);
  const verifier = new Verifier(browser.idle);
  const one = receipt("a");
  verifier.ask(one);
  verifier.ask(one);
  browser.run();
  const check = verifier.of(one);
  verifier.ask(one);
  expect(browser.run()).toBe(0);
  expect(verifier.of(one)).toBe(check);
});

it("checks anew when it is told to", () => {
  const browser = idleOf(10);
  const verifier = new Verifier(browser.idle);
  const one = receipt("a");
  verifier.ask(one);
  browser.run();
  const check = verifier.of(one);
  verifier.again([one]);
  expect(verifier.of(one)).toBeUndefined();
  browser.run();
  expect(verifier.of(one)).toEqual(check);
});
