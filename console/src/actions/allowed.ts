import { samePrincipal } from "../components/principal";
import type { PrincipalPartsFragment, TaskStatus } from "../generated/graphql";
import type { OpenSession } from "../session/open_session";
import { allows } from "../session/open_session";
import type { Action } from "./action";

/** Tells whether to offer it: what the server would refuse, as things stand, is not, nor what leads nowhere. */
export function isAllowed({ principal, scopes }: OpenSession["viewer"], action: Action): boolean {
  const mine = (owner: PrincipalPartsFragment) => scopes.includes("ADMIN") || samePrincipal(owner, principal);
  if (!allows(scopes, "TASK")) return false;
  switch (action.name) {
    case "create":
      return true;
    case "cancel":
      return !isTerminal(action.task.status) && mine(action.task.createdBy);
    case "retry":
      return (action.task.status === "FAILED" || action.task.status === "CANCELED") && mine(action.task.createdBy);
    case "acknowledge":
      // Whoever acknowledges an acknowledgement would never come to an end.
      return action.receipt.type !== "RECEIPT_ACKNOWLEDGED" && mine(action.receipt.to);
  }
}

export function isTerminal(status: TaskStatus): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "CANCELED";
}
