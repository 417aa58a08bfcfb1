import type { Kin } from "./graph";

/** A task, all that it grew out of, and all that grew out of it. */
export function lineageOf(id: string | undefined, kin: (id: string) => Kin): ReadonlySet<string> {
  if (id === undefined) return new Set();
  return new Set([...reach(id, (each) => kin(each).parents), ...reach(id, (each) => kin(each).children)]);
}

function reach(start: string, next: (id: string) => readonly string[]): Set<string> {
  const reached = new Set([start]);
  for (const id of reached) for (const each of next(id)) reached.add(each);
  return reached;
}
