import type { PrincipalPartsFragment, TaskStatus } from "../generated/graphql";

/** A task, as far as actions need to know it. */
export type TaskSubject = { id: string; type: string; status: TaskStatus; createdBy: PrincipalPartsFragment };

/** A receipt, as far as its acknowledgement needs to know it. */
export type ReceiptSubject = { id: string; type: string; to: PrincipalPartsFragment };

/** What a person is about to do. */
export type Action =
  | { name: "create"; parentReceiptIds?: string[] }
  | { name: "cancel"; task: TaskSubject }
  | { name: "retry"; task: TaskSubject }
  | { name: "acknowledge"; receipt: ReceiptSubject };
