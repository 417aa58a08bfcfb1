import { expect, test } from "vitest";
import type { GraphEdgeFragment, ReceiptType, TaskStatus } from "../../generated/graphql";
import type { LiveEvent } from "../../live/event";
import { type Followed, follow, grow } from "./follow";
import { LIMIT } from "./graph";
import { sampleGraph } from "./sample";

function followed(text: string, heard: number | null = 10): Followed {
  return { ...sampleGraph(text), cursor: "10", older: false, heard, torn: false };
}

function event(seq: number, type: ReceiptType, task: string, status: TaskStatus): LiveEvent {
  const planner = { kind: "AGENT" as const, id: "planner" };
  const receipt = {
    id: `r${seq}`,
    type,
    seq,
    createdAt: "",
    from: planner,
    to: planner,
    task: { id: task, type: "t", status },
    parents: [],
  };
  return { cursor: String(seq), receipt };
}

function obligation(seq: number, id: string, ...parents: string[]): GraphEdgeFragment {
  const task = { id, type: "t", status: "QUEUED" as const, createdAt: "", createdBy: { kind: "AGENT" as const, id: "a" } };
  return {
    cursor: String(seq),
    node: { seq, isOpen: true, task, parents: parents.map((parent) => ({ type: "TASK_COMPLETED", task: { id: parent } })) },
  };
}

test("a receipt changes its task and no other", () => {
  const graph = followed("a>b");
  const after = follow(graph, [event(11, "TASK_STARTED", "a", "RUNNING")]);
  expect(after.tasks.get("a")).toMatchObject({ status: "RUNNING", open: true });
  expect(after.tasks.get("b")).toBe(graph.tasks.get("b"));
  expect(after.growths).toBe(graph.growths);
});

test("a terminal receipt closes the obligation, and nothing opens it again", () => {
  const closed = follow(followed("a"), [event(11, "TASK_COMPLETED", "a", "SUCCEEDED")]);
  expect(closed.tasks.get("a")).toMatchObject({ status: "SUCCEEDED", open: false });
  const later = follow(closed, [
    event(12, "TASK_RESULT_READY", "a", "SUCCEEDED"),
    event(13, "TASK_STARTED", "a", "RUNNING"),
  ]);
  expect(later.tasks.get("a")).toMatchObject({ status: "SUCCEEDED", open: false });
});

test("what has been heard is not heard again", () => {
  const graph = followed("a");
  const tail = [event(9, "TASK_STARTED", "a", "RUNNING"), event(10, "LEASE_RELEASED", "a", "LEASED")];
  expect(follow(graph, tail)).toBe(graph);
  expect(follow(graph, [])).toBe(graph);
});

test("a tail that begins behind a gap tears the graph", () => {
  expect(follow(followed("a"), [event(11, "TASK_STARTED", "a", "RUNNING")]).torn).toBe(false);
  expect(follow(followed("a"), [event(12, "TASK_STARTED", "a", "RUNNING")]).torn).toBe(true);
  expect(follow(followed("a", null), [event(12, "TASK_STARTED", "a", "RUNNING")]).torn).toBe(false);
});

test("a family grows by what grew out of it, and by what grew out of that", () => {
  const edges = [obligation(11, "c", "b"), obligation(12, "stranger"), obligation(13, "d", "c")];
  const grown = grow(followed("a>b"), edges, "13", { family: true, tail: [] });
  expect([...grown.tasks.keys()]).toEqual(["a", "b", "c", "d"]);
  expect(grown.growths).toHaveLength(3);
  expect(grown.cursor).toBe("13");
});

test("a full family takes no more, and says where there is more", () => {
  const children = Array.from({ length: LIMIT - 1 }, (_, at) => `a>c${at}`).join(" ");
  const grown = grow(followed(children), [obligation(1_000, "new", "c3")], "1000", { family: true, tail: [] });
  expect(grown.tasks.size).toBe(LIMIT);
  expect(grown.beyond).toEqual(new Set(["c3"]));
});

test("elsewhere the oldest make room for the newest", () => {
  const all = Array.from({ length: LIMIT }, (_, at) => `t${at}`).join(" ");
  const grown = grow(followed(all), [obligation(1_000, "new")], "1000", { family: false, tail: [] });
  expect(grown.tasks.size).toBe(LIMIT);
  expect(grown.tasks.has("t0")).toBe(false);
  expect(grown.tasks.has("new")).toBe(true);
  expect(grown.older).toBe(true);
});

test("a new task is as far as the tail says, even when that was heard before it was known", () => {
  const heard = follow(followed("a"), [
    event(11, "TASK_ASSIGNED", "b", "QUEUED"),
    event(12, "TASK_STARTED", "b", "RUNNING"),
  ]);
  const tail = [event(11, "TASK_ASSIGNED", "b", "QUEUED"), event(12, "TASK_STARTED", "b", "RUNNING")];
  const grown = grow(heard, [obligation(11, "b", "a")], "11", { family: false, tail });
  expect(grown.tasks.get("b")).toMatchObject({ status: "RUNNING" });
});
