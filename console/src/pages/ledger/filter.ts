import { samePrincipal } from "../../components/principal";
import { RECEIPT_TYPES } from "../../components/receipt_look";
import { Parameters } from "../../filters/parameters";
import type { ReceiptFilter } from "../../generated/graphql";
import type { LiveEvent } from "../../live/event";
import type { LedgerFilter } from "../../paths";

/** Reads toLedger's address. */
export function readLedgerFilter(query: URLSearchParams): { filter: LedgerFilter; problems: string[] } {
  const parameters = new Parameters(query);
  const filter = {
    types: parameters.choices("types", RECEIPT_TYPES),
    from: parameters.principal("from"),
    to: parameters.principal("to"),
    task: parameters.text("task"),
  };
  return { filter, problems: parameters.problems };
}

/** The filter as the API takes it. */
export function toReceiptFilter({ types, from, to, task }: LedgerFilter): ReceiptFilter {
  return {
    ...(types?.length && { types }),
    ...(from && { from }),
    ...(to && { to }),
    ...(task && { taskId: task }),
  };
}

/** Tells whether a receipt passes the filter. */
export function passes({ types, from, to, task }: LedgerFilter, receipt: LiveEvent["receipt"]): boolean {
  return (
    (!types?.length || types.includes(receipt.type)) &&
    (!from || samePrincipal(receipt.from, from)) &&
    (!to || samePrincipal(receipt.to, to)) &&
    (!task || receipt.task?.id === task.toLowerCase())
  );
}
