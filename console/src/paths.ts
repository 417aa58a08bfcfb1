import { writePrincipal } from "./components/principal";
import type { PrincipalPartsFragment, ReceiptType, TaskStatus } from "./generated/graphql";

// Every address of the console is written here, and read in the page that it leads to.

export function toObligations(principal?: PrincipalPartsFragment): string {
  return address("/obligations", { principal: principal && writePrincipal(principal) });
}

export function toTask(id: string): string {
  return `/tasks/${encodeURIComponent(id)}`;
}

export function toGraph(task?: string): string {
  return address("/graph", { task });
}

export function toQueue(filter: { type?: string; status?: TaskStatus } = {}): string {
  return address("/queue", filter);
}

export function toLedger(filter: { types?: ReceiptType[]; from?: string; to?: string } = {}): string {
  return address("/ledger", { ...filter, types: filter.types?.join(",") });
}

function address(path: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
