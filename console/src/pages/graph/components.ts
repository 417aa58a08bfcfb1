import { type Graph, kinOf, type Task } from "./graph";

/** Tasks that hang together, in the order of the ledger. */
export type Component = { tasks: Task[]; open: number };

/** Splits a graph into what hangs together: what is still owed first, then what is larger than one task, newest first. */
export function componentsOf(graph: Pick<Graph, "tasks" | "growths">): Component[] {
  const kin = kinOf(graph);
  const seen = new Set<string>();
  const components: Component[] = [];
  for (const first of graph.tasks.keys()) {
    if (seen.has(first)) continue;
    seen.add(first);
    const ids = [first];
    for (const id of ids) {
      const { parents, children } = kin(id);
      for (const next of [...parents, ...children]) {
        if (seen.has(next)) continue;
        seen.add(next);
        ids.push(next);
      }
    }
    const tasks = ids.flatMap((id) => graph.tasks.get(id) ?? []).sort((a, b) => a.seq - b.seq);
    components.push({ tasks, open: tasks.filter(({ open }) => open).length });
  }
  return components.sort(inOrder);
}

function inOrder(a: Component, b: Component): number {
  return (
    Number(b.open > 0) - Number(a.open > 0) ||
    Number(b.tasks.length > 1) - Number(a.tasks.length > 1) ||
    (b.tasks.at(-1)?.seq ?? 0) - (a.tasks.at(-1)?.seq ?? 0)
  );
}
