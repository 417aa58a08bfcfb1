import type { PrincipalKind, PrincipalPartsFragment } from "../generated/graphql";

const KINDS: readonly PrincipalKind[] = ["AGENT", "WORKER", "SERVICE", "SYSTEM", "HUMAN"];

/** Writes a principal as headers and settings name it: agent:planner. */
export function writePrincipal({ kind, id }: PrincipalPartsFragment): string {
  return `${kind.toLowerCase()}:${id}`;
}

/** Reads what writePrincipal writes; undefined for anything else. */
export function readPrincipal(text: string): PrincipalPartsFragment | undefined {
  const [name = "", ...rest] = text.trim().split(":");
  const kind = KINDS.find((each) => each.toLowerCase() === name.toLowerCase());
  const id = rest.join(":");
  return kind && id !== "" ? { kind, id } : undefined;
}

export function samePrincipal(a: PrincipalPartsFragment, b: PrincipalPartsFragment): boolean {
  return a.kind === b.kind && a.id === b.id;
}
