import { expect, test } from "vitest";
import { stepsOf, type TaskReceipt } from "../receipts/steps";
import { child, receipt } from "../receipts/testReceipt";
import { type Lane, lifeOf, type Obligation } from "./life";

const L1 = { id: "l1" };
const L2 = { id: "l2" };

function obligation(rest: Partial<Obligation> = {}): Obligation {
  return { ...receipt(1, "TASK_ASSIGNED"), isOpen: true, terminator: null, parents: [], ...rest };
}

function closedBy(seq: number, type: "TASK_COMPLETED" | "TASK_FAILED" | "TASK_CANCELED"): Partial<Obligation> {
  return { isOpen: false, terminator: { id: `r${seq}`, type, seq, createdAt: "2026-01-02T03:04:06.000000Z" } };
}

const life = (owed: Obligation, receipts: TaskReceipt[]) =>
  lifeOf(owed, stepsOf([receipt(1, "TASK_ASSIGNED"), ...receipts], 2));
const ids = (lanes: Lane[]) => lanes.map(({ places }) => places.map(({ id }) => id).join(" "));
const edges = (answers: { from: string; to: string; closes: boolean }[]) =>
  answers.map(({ from, to, closes }) => `${from} ${closes ? "⇒" : "→"} ${to}`);

test("each lease has a lane, and exactly the terminator closes the obligation", () => {
  const { lanes, answers } = life(obligation(closedBy(6, "TASK_COMPLETED")), [
    receipt(2, "TASK_ACCEPTED", { lease: L1 }),
    receipt(3, "LEASE_EXPIRED", { lease: L1 }),
    receipt(4, "TASK_ACCEPTED", { lease: L2 }),
    receipt(5, "TASK_STARTED", { lease: L2 }),
    receipt(6, "TASK_COMPLETED", { lease: L2 }),
    receipt(7, "TASK_RESULT_READY", { parents: [{ id: "r1" }, { id: "r6" }] }),
  ]);
  expect(ids(lanes)).toEqual(["r2 r3", "r4 r5 r6 r7"]);
  expect(edges(answers)).toEqual(["r1 → r2", "r1 → r3", "r1 → r4", "r1 → r5", "r1 ⇒ r6", "r1 → r7", "r6 → r7"]);
});

test("what was canceled before a worker came has a lane without a lease", () => {
  const { lanes, answers } = life(obligation(closedBy(2, "TASK_CANCELED")), [receipt(2, "TASK_CANCELED")]);
  expect(lanes.map(({ lease }) => lease)).toEqual([undefined]);
  expect(edges(answers)).toEqual(["r1 ⇒ r2"]);
});

test("a run of progress is one place that answers once", () => {
  const { lanes, answers } = life(obligation(), [
    receipt(2, "TASK_PROGRESS", { lease: L1 }),
    receipt(3, "TASK_PROGRESS", { lease: L1 }),
  ]);
  expect(ids(lanes)).toEqual(["r2"]);
  expect(edges(answers)).toEqual(["r1 → r2"]);
});

test("an acknowledgement stands behind what it acknowledges", () => {
  const acknowledgement = { id: "r4", seq: 4, createdAt: "", from: { kind: "AGENT", id: "planner" }, body: {} } as const;
  const { lanes, answers } = life(obligation(), [receipt(2, "TASK_ACCEPTED", { lease: L1, acknowledgement })]);
  expect(ids(lanes)).toEqual(["r2 r4"]);
  expect(edges(answers)).toContain("r2 → r4");
});

test("tasks of others are links: those it answers once each, those that answer it below the lane", () => {
  const origin = { id: "t0", type: "plan", status: "SUCCEEDED", createdBy: { kind: "AGENT", id: "planner" } } as const;
  const parents = [
    { id: "r-2", type: "TASK_COMPLETED", seq: -2, task: origin },
    { id: "r-1", type: "TASK_RESULT_READY", seq: -1, task: origin },
    { id: "r0", type: "RECEIPT_ACKNOWLEDGED", seq: 0, task: null },
  ] as const;
  const { origins, lanes, answers } = life(obligation({ parents: [...parents] }), [
    receipt(2, "TASK_COMPLETED", { lease: L1, children: { nodes: [child(9)], pageInfo: { hasNextPage: false } } }),
    receipt(3, "TASK_RESULT_READY", { children: { nodes: [child(9), child(10)], pageInfo: { hasNextPage: true } } }),
  ]);
  expect(origins.map(({ id }) => id)).toEqual(["origin t0"]);
  expect(lanes.map(({ grown }) => grown.map(({ id }) => id))).toEqual([["r9", "r10", "more r3"]]);
  expect(edges(answers)).toEqual(["origin t0 → r1", "r1 → r2", "r2 → r9", "r1 → r3", "r3 → r9", "r3 → r10", "r3 → more r3"]);
});

test("what grows out of the obligation itself comes before the leases", () => {
  const { lanes } = life(obligation({ children: { nodes: [child(5)], pageInfo: { hasNextPage: false } } }), [
    receipt(2, "TASK_ACCEPTED", { lease: L1 }),
    receipt(3, "SYSTEM_ANOMALY"),
  ]);
  expect(lanes.map(({ id }) => id)).toEqual(["own", "lane r2"]);
  expect(ids(lanes)).toEqual(["", "r2 r3"]);
});

test("types that are not known, and parents that are not shown, are tolerated", () => {
  const { lanes, answers } = life(obligation(), [receipt(2, "TASK_PAUSED", { parents: [{ id: "elsewhere" }] })]);
  expect(ids(lanes)).toEqual(["r2"]);
  expect(answers).toEqual([]);
});
