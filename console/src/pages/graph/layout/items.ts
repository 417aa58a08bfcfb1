import type { Kin, Task } from "../graph";
import { columnsFor, gridOf } from "./grid";
import type { Box } from "./measures";

/** What is placed as one: a task, or a grid of tasks that grew out of the same ones and into nothing. */
export type Item = {
  tasks: Task[];
  columns: number;
  grid: Box;
  /** How many generations lie before it. */
  generation: number;
  parents: Item[];
  children: Item[];
};

/** Groups the tasks of a component, given in the order of the ledger. Grids have at most so many rows. */
export function itemsOf(tasks: readonly Task[], kin: (id: string) => Kin, rows: number): Item[] {
  const generations = generationsOf(tasks, kin);
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const { parents, children } = kin(task.id);
    const leaf = children.length === 0 && parents.length > 0;
    const key = leaf ? `of ${[...parents].sort().join(" ")}` : task.id;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  const items = [...groups.values()].map((group) => itemOf(group, generations, rows));
  connect(items, kin);
  return items;
}

function generationsOf(tasks: readonly Task[], kin: (id: string) => Kin): Map<string, number> {
  const generations = new Map<string, number>();
  for (const { id } of tasks) {
    generations.set(id, Math.max(-1, ...kin(id).parents.map((parent) => generations.get(parent) ?? -1)) + 1);
  }
  return generations;
}

function itemOf(tasks: Task[], generations: Map<string, number>, rows: number): Item {
  const columns = columnsFor(tasks.length, rows);
  const generation = generations.get(tasks[0]?.id ?? "") ?? 0;
  return { tasks, columns, grid: gridOf(tasks, columns), generation, parents: [], children: [] };
}

function connect(items: readonly Item[], kin: (id: string) => Kin): void {
  const owner = new Map(items.flatMap((item) => item.tasks.map(({ id }) => [id, item])));
  for (const item of items) {
    const parents = new Set(item.tasks.flatMap(({ id }) => kin(id).parents.flatMap((parent) => owner.get(parent) ?? [])));
    item.parents = [...parents];
    for (const parent of parents) parent.children.push(item);
  }
}
