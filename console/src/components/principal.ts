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

/** What a field demands of a principal's text, and how it says so. */
export const PRINCIPAL_FIELD = {
  pattern: `\\s*(${KINDS.join("|").toLowerCase()}):.+`,
  title: `kind:id, for example agent:planner; the kinds are ${KINDS.join(", ").toLowerCase()}`,
};

/** Each principal once, where it comes first. */
export function distinct(principals: readonly PrincipalPartsFragment[]): PrincipalPartsFragment[] {
  const first = new Map<string, PrincipalPartsFragment>();
  for (const each of principals) if (!first.has(writePrincipal(each))) first.set(writePrincipal(each), each);
  return [...first.values()];
}

export function samePrincipal(a: PrincipalPartsFragment, b: PrincipalPartsFragment): boolean {
  return a.kind === b.kind && a.id === b.id;
}
