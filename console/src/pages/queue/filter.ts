import { samePrincipal } from "../../components/principal";
import { TASK_STATUSES } from "../../components/StatusBadge";
import { Parameters } from "../../filters/parameters";
import type { ReceiptType, TaskFilter } from "../../generated/graphql";
import type { LiveEvent } from "../../live/event";
import type { QueueFilter } from "../../paths";

/** Reads toQueue's address. */
export function readQueueFilter(query: URLSearchParams): { filter: QueueFilter; problems: string[] } {
  const parameters = new Parameters(query);
  const filter = {
    type: parameters.text("type"),
    statuses: parameters.choices("status", TASK_STATUSES),
    createdBy: parameters.principal("createdBy"),
    createdAfter: parameters.instant("after"),
    createdBefore: parameters.instant("before"),
    key: parameters.text("key"),
  };
  return { filter, problems: parameters.problems };
}

/** The filter as the API takes it. */
export function toTaskFilter({ type, statuses, createdBy, createdAfter, createdBefore, key }: QueueFilter): TaskFilter {
  return {
    ...(type && { types: [type] }),
    ...(statuses?.length && { statuses }),
    ...(createdBy && { createdBy }),
    ...(createdAfter && { createdAfter }),
    ...(createdBefore && { createdBefore }),
    ...(key && { idempotencyKey: key }),
  };
}

const MOVES: readonly ReceiptType[] = [
  "TASK_ASSIGNED",
  "TASK_ACCEPTED",
  "TASK_STARTED",
  "TASK_COMPLETED",
  "TASK_FAILED",
  "TASK_CANCELED",
  "TASK_RETRY_SCHEDULED",
  "LEASE_RELEASED",
  "LEASE_EXPIRED",
];

/** Tells whether a receipt moves a task from one status to another. */
export function moves({ type }: LiveEvent["receipt"]): boolean {
  return MOVES.includes(type);
}

/** Tells whether a receipt may bring a task into a filtered list, out of it, or change it there. Receipts are the owner's. */
export function touches({ type, createdBy }: QueueFilter, receipt: LiveEvent["receipt"]): boolean {
  return moves(receipt) && (!type || receipt.task?.type === type) && (!createdBy || samePrincipal(receipt.to, createdBy));
}
