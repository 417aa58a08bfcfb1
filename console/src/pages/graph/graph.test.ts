import { expect, test } from "vitest";
import type { GraphEdgeFragment } from "../../generated/graphql";
import { graphOf, kinOf, readObligations } from "./graph";
import { sampleGraph, sampleGrowths, sampleTask } from "./sample";

test("tasks are in the order of the ledger, in whatever order they were found", () => {
  const graph = graphOf([sampleTask("b", 2), sampleTask("a", 1)], []);
  expect([...graph.tasks.keys()]).toEqual(["a", "b"]);
});

test("two tasks have one line, however many receipts it answers, and it says when it tries again", () => {
  const again = { from: "a", to: "b", again: true };
  const graph = graphOf([sampleTask("a", 1), sampleTask("b", 2)], [...sampleGrowths("a>b a>b"), again]);
  expect(graph.growths).toEqual([again]);
});

test("what leads to a task that is not here lies beyond", () => {
  const graph = graphOf([sampleTask("b", 2), sampleTask("c", 3)], sampleGrowths("a>b b>c c>d x>y"));
  expect(graph.growths).toEqual(sampleGrowths("b>c"));
  expect(graph.beyond).toEqual(new Set(["b", "c"]));
});

test("an obligation becomes a task, and its parents' tasks what it grew out of", () => {
  const edge: GraphEdgeFragment = {
    cursor: "7",
    node: {
      seq: 7n,
      isOpen: false,
      task: {
        id: "b",
        type: "t",
        status: "FAILED",
        createdAt: "2026-01-02T03:04:05Z",
        createdBy: { kind: "HUMAN", id: "ada" },
      },
      parents: [
        { type: "TASK_FAILED", task: { id: "a" } },
        { type: "RECEIPT_ACKNOWLEDGED", task: null },
      ],
    },
  };
  const { tasks, growths } = readObligations([edge]);
  expect(tasks).toMatchObject([{ id: "b", seq: 7, open: false, cursor: "7", owner: { kind: "HUMAN", id: "ada" } }]);
  expect(growths).toEqual([{ from: "a", to: "b", again: true }]);
});

test("kin stands on both sides", () => {
  const kin = kinOf(sampleGraph("a>b a>c b>d c>d"));
  expect(kin("a")).toEqual({ parents: [], children: ["b", "c"] });
  expect(kin("d")).toEqual({ parents: ["b", "c"], children: [] });
  expect(kin("nobody")).toEqual({ parents: [], children: [] });
});
