import type { Integer, JsonValue } from "../../../api/json";
import type { TaskReceipt } from "./steps";

/** A receipt for tests: its number is its place in the ledger and its id. */
export function receipt(
  seq: Integer,
  type: string,
  rest: Partial<TaskReceipt> & { lease?: { id: string } } = {},
): TaskReceipt {
  return {
    id: `r${seq}`,
    seq,
    type: type as TaskReceipt["type"],
    createdAt: "2026-01-02T03:04:05.000000Z",
    from: { kind: "WORKER", id: "w" },
    to: { kind: "AGENT", id: "planner" },
    task: { id: "t1" },
    lease: null,
    parents: type === "TASK_ASSIGNED" ? [] : [{ id: "r1" }],
    body: {} satisfies JsonValue,
    bodyHash: null,
    archived: false,
    hash: "00",
    acknowledgement: null,
    children: { nodes: [], pageInfo: { hasNextPage: false } },
    ...rest,
  };
}

/** A task that answers a receipt. */
export function child(seq: Integer, type = "other", status: "QUEUED" | "SUCCEEDED" = "QUEUED") {
  return { id: `r${seq}`, seq, task: { id: `t${seq}`, type, status, createdBy: { kind: "AGENT", id: "planner" } } } as const;
}
