import type { PrincipalPartsFragment, ReceiptType } from "../generated/graphql";
import type { LiveEvent } from "./event";

const PLANNER: PrincipalPartsFragment = { kind: "AGENT", id: "planner" };

type Given = { cursor?: string; id?: string; type?: ReceiptType; to?: PrincipalPartsFragment; task?: string };

/** A receipt for tests, as the stream brings it. */
export function eventOf({
  cursor = "1",
  id = "r-1",
  type = "TASK_ASSIGNED",
  to = PLANNER,
  task = "t-1",
}: Given = {}): LiveEvent {
  return {
    cursor,
    receipt: {
      id,
      type,
      seq: 1,
      createdAt: "2026-01-02T03:04:05.678901Z",
      from: { kind: "SERVICE", id: "svc:asyncgate" },
      to,
      task: { id: task, type: "report.write", status: "QUEUED" },
      parents: [],
    },
  };
}
