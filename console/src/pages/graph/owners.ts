import { writePrincipal } from "../../components/principal";
import type { PrincipalPartsFragment } from "../../generated/graphql";
import type { Task } from "./graph";

// Those who own most have a colour each; graph.css has the colours.
const LANES = 8;

/** Somebody to whom tasks are owed, with the colour that marks them. */
export type Owner = { principal: PrincipalPartsFragment; name: string; tasks: number; lane: number | null };

/** Lists the owners, those with most tasks first. */
export function ownersOf(tasks: Iterable<Task>): Owner[] {
  const owners = new Map<string, { principal: PrincipalPartsFragment; tasks: number }>();
  for (const { owner } of tasks) {
    const name = writePrincipal(owner);
    owners.set(name, { principal: owner, tasks: (owners.get(name)?.tasks ?? 0) + 1 });
  }
  return [...owners]
    .sort(([a, { tasks: x }], [b, { tasks: y }]) => y - x || (a < b ? -1 : 1))
    .map(([name, owner], at) => ({ name, ...owner, lane: at < LANES ? at : null }));
}
