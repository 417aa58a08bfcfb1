import { readPrincipal, samePrincipal, writePrincipal } from "../../components/principal";
import type { PrincipalPartsFragment } from "../../generated/graphql";

// Names of principals are no secrets, so that they may outlive the tab; each tenant has its own.
const KEPT = 8;

const placeOf = (tenant: string) => `asyncgate.principals.${tenant}`;

/** The principals whose obligations were looked at last, newest first. */
export function recentPrincipals(tenant: string): PrincipalPartsFragment[] {
  const names = (localStorage.getItem(placeOf(tenant)) ?? "").split("\n");
  return names.map(readPrincipal).filter((principal) => principal !== undefined);
}

export function rememberPrincipal(tenant: string, principal: PrincipalPartsFragment): void {
  const others = recentPrincipals(tenant).filter((other) => !samePrincipal(other, principal));
  localStorage.setItem(placeOf(tenant), [principal, ...others].slice(0, KEPT).map(writePrincipal).join("\n"));
}
