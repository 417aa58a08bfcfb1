import { samePrincipal } from "../components/principal";
import type { PrincipalPartsFragment, TaskStatus } from "../generated/graphql";
import type { OpenSession } from "../session/open_session";
import { allows } from "../session/open_session";
import type { Action } from "./action";

/** Tells whether the server would let the viewer do it, as things stand: what it would refuse is not offered. */
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
      return mine(action.receipt.to);
  }
}

export function isTerminal(status: TaskStatus): boolean {
  return status === "SUCCEEDED" || status === "FAILED" || status === "CANCELED";
}
