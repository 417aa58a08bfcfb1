import type { GraphEdgeFragment } from "../../generated/graphql";
import type { LiveEvent } from "../../live/event";
import { endOf } from "../../receipt/ends";
import { type Graph, graphOf, kinOf, LIMIT, readObligations, type Task } from "./graph";
import type { Loaded } from "./load";

/** A graph that is kept as the ledger goes on. */
export type Followed = Loaded & {
  /** The last receipt that has been taken note of; null before the first one. */
  heard: number | null;
  /** Receipts came and went unheard: the graph must be read again. */
  torn: boolean;
};

/** Takes note of the receipts of the tail that it has not heard of. The graph is the same one when there are none. */
export function follow(graph: Followed, tail: readonly LiveEvent[]): Followed {
  const { heard } = graph;
  const fresh = tail.filter(({ receipt }) => heard === null || Number(receipt.seq) > heard);
  const [first, last] = [fresh[0], fresh.at(-1)];
  if (!first || !last) return graph;
  return {
    ...graph,
    tasks: retell(graph.tasks, fresh),
    heard: Number(last.receipt.seq),
    torn: graph.torn || (heard !== null && Number(first.receipt.seq) > heard + 1),
  };
}

/**
 * Adds new obligations: to a family those that grew out of it, elsewhere all, of which the oldest make room. Their tasks may
 * have gone on since they were read, so the tail is heard once more for them.
 */
export function grow(
  graph: Followed,
  edges: readonly GraphEdgeFragment[],
  cursor: string,
  { family, tail }: { family: boolean; tail: readonly LiveEvent[] },
): Followed {
  const read = readObligations(edges);
  const tasks = new Map(graph.tasks);
  const added = new Set<string>();
  const kin = kinOf(read);
  for (const task of read.tasks) {
    const akin = kin(task.id).parents.some((parent) => tasks.has(parent));
    if (tasks.has(task.id) || (family && (!akin || tasks.size >= LIMIT))) continue;
    tasks.set(task.id, task);
    added.add(task.id);
  }
  if (added.size === 0 && !read.growths.some(({ from }) => tasks.has(from))) return { ...graph, cursor };
  const kept = family ? [...tasks.values()] : [...tasks.values()].slice(-LIMIT);
  const slid = kept.length < tasks.size;
  const told = retell(
    new Map(kept.map((task) => [task.id, task])),
    tail.filter(({ receipt }) => receipt.task && added.has(receipt.task.id)),
  );
  const grown = graphOf(told.values(), [...graph.growths, ...read.growths], graph.beyond);
  return { ...graph, ...grown, cursor, older: graph.older || slid };
}

/** Gives tasks the status that the last receipt about them brought. Terminal tasks never change. */
function retell(tasks: Graph["tasks"], events: readonly LiveEvent[]): Graph["tasks"] {
  const changed = new Map<string, Task>();
  for (const { receipt } of events) {
    const task = receipt.task && (changed.get(receipt.task.id) ?? tasks.get(receipt.task.id));
    if (!receipt.task || !task?.open) continue;
    const open = endOf(receipt.type) === null;
    if (task.status !== receipt.task.status || task.open !== open) {
      changed.set(task.id, { ...task, status: receipt.task.status, open });
    }
  }
  if (changed.size === 0) return tasks;
  return new Map([...tasks].map(([id, task]) => [id, changed.get(id) ?? task]));
}
