import type { PrincipalPartsFragment, ReceiptType } from "../generated/graphql";

/** The name of a type in the ledger itself: TASK_RETRY_SCHEDULED is task.retry_scheduled there. */
export function wireType(type: ReceiptType): string {
  return type.toLowerCase().replace("_", ".");
}

/** The name of a kind in the ledger itself. */
export function wireKind({ kind }: PrincipalPartsFragment): string {
  return kind.toLowerCase();
}
