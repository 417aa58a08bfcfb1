import { writePrincipal } from "./components/principal";
import type { PrincipalPartsFragment, ReceiptType, TaskStatus } from "./generated/graphql";

// Every address of the console is written here, and read in the page that it leads to.

export function toObligations(principal?: PrincipalPartsFragment): string {
  return address("/obligations", { principal: principal && writePrincipal(principal) });
}

export function toTask(id: string): string {
  return `/tasks/${encodeURIComponent(id)}`;
}

/** A task's family; without a task what goes on, or went on before a cursor of the ledger. */
export function toGraph(task?: string, before?: string): string {
  return address("/graph", { task, before });
}

/** Which tasks of the queue are shown. The instants are as the API writes them. */
export type QueueFilter = {
  type?: string | undefined;
  statuses?: TaskStatus[];
  createdBy?: PrincipalPartsFragment | undefined;
  createdAfter?: string | undefined;
  createdBefore?: string | undefined;
  key?: string | undefined;
};

export function toQueue({ type, statuses, createdBy, createdAfter, createdBefore, key }: QueueFilter = {}): string {
  return address("/queue", {
    type,
    status: statuses?.join(","),
    createdBy: createdBy && writePrincipal(createdBy),
    after: createdAfter,
    before: createdBefore,
    key,
  });
}

/** Which receipts of the ledger are shown. */
export type LedgerFilter = {
  types?: ReceiptType[];
  from?: PrincipalPartsFragment | undefined;
  to?: PrincipalPartsFragment | undefined;
  /** The id of a task. */
  task?: string | undefined;
};

/** The ledger, and over it a receipt when one is named. */
export function toLedger({ types, from, to, task, receipt }: LedgerFilter & { receipt?: string } = {}): string {
  return address("/ledger", {
    types: types?.join(","),
    from: from && writePrincipal(from),
    to: to && writePrincipal(to),
    task,
    receipt,
  });
}

function address(path: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
