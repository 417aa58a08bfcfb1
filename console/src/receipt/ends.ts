import type { ReceiptType, TaskStatus } from "../generated/graphql";

const ENDS: Partial<Record<ReceiptType, TaskStatus>> = {
  TASK_COMPLETED: "SUCCEEDED",
  TASK_FAILED: "FAILED",
  TASK_CANCELED: "CANCELED",
};

/** The status with which a receipt of this type ends its task, and closes the obligation; null for all others. */
export function endOf(type: ReceiptType): TaskStatus | null {
  return ENDS[type] ?? null;
}

/** Whoever answers a receipt by which a task failed or was canceled tries again. */
export function isAgain(answered: ReceiptType): boolean {
  return answered === "TASK_FAILED" || answered === "TASK_CANCELED";
}
