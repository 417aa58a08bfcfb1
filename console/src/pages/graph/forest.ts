import type { Component } from "./components";
import type { Kin, Task } from "./graph";

/** A task in a list of trees. */
export type Row = {
  task: Task;
  depth: number;
  /** How many more it grew out of than the one it stands below. */
  others: number;
};

/** A tree of tasks, or tasks that stand alone. */
export type Group = { root: Task | null; open: number; rows: Row[] };

/** Lists components as trees, in their order; each task once, below the first that it grew out of. */
export function groupsOf(components: readonly Component[], kin: (id: string) => Kin): Group[] {
  const groups: Group[] = [];
  for (const { tasks, open } of components) {
    const [root] = tasks;
    if (root === undefined) continue;
    if (tasks.length > 1) groups.push({ root, open, rows: rowsOf(tasks, kin) });
    else {
      const last = groups.at(-1);
      const row = { task: root, depth: 0, others: 0 };
      // What is owed is not mixed with what is closed.
      if (last?.root === null && last.open > 0 === open > 0) {
        last.rows.push(row);
        last.open += open;
      } else groups.push({ root: null, open, rows: [row] });
    }
  }
  return groups;
}

function rowsOf(tasks: readonly Task[], kin: (id: string) => Kin): Row[] {
  const below = new Map<string | undefined, Task[]>();
  for (const task of tasks) {
    const [parent] = kin(task.id).parents;
    below.set(parent, [...(below.get(parent) ?? []), task]);
  }
  const rows: Row[] = [];
  const waiting = (below.get(undefined) ?? []).map((task) => ({ task, depth: 0 })).reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { task, depth } = next;
    rows.push({ task, depth, others: Math.max(0, kin(task.id).parents.length - 1) });
    const children = below.get(task.id) ?? [];
    waiting.push(...children.map((child) => ({ task: child, depth: depth + 1 })).reverse());
  }
  return rows;
}
