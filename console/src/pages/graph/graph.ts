import type { GraphEdgeFragment, GraphTaskFragment, PrincipalPartsFragment, TaskStatus } from "../../generated/graphql";
import { isAgain } from "../../receipt/ends";

/** How many tasks a graph shows at most. */
export const LIMIT = 500;

/** A task, as a card shows it. */
export type Task = {
  id: string;
  type: string;
  status: TaskStatus;
  owner: PrincipalPartsFragment;
  since: string;
  /** The place of its obligation in the ledger. A task has a higher one than all that it grew out of. */
  seq: number;
  /** Whether its owner is still owed a result: the ledger's word, not the status'. */
  open: boolean;
  /** Behind its obligation, where that came with a page of the ledger. */
  cursor?: string;
};

/** That a task grew out of an earlier one, whose receipt its obligation answers. */
export type Growth = {
  from: string;
  to: string;
  /** It does again what failed or was canceled. */
  again: boolean;
};

export type Graph = {
  /** By id, in the order of the ledger. */
  tasks: ReadonlyMap<string, Task>;
  /** Between tasks that are here. */
  growths: readonly Growth[];
  /** Those with kin that is not here. */
  beyond: ReadonlySet<string>;
};

/** Puts together what was found, in whatever order: what leads to a task that is not among them lies beyond. */
export function graphOf(found: Iterable<Task>, growths: Iterable<Growth>, beyond: Iterable<string> = []): Graph {
  const tasks = new Map([...found].sort((a, b) => a.seq - b.seq).map((task) => [task.id, task]));
  const inside = new Map<string, Growth>();
  const outside = new Set([...beyond].filter((id) => tasks.has(id)));
  for (const growth of growths) {
    const { from, to } = growth;
    if (from === to) continue;
    if (tasks.has(from) && tasks.has(to)) {
      const known = inside.get(`${from} ${to}`);
      inside.set(`${from} ${to}`, known ? { ...known, again: known.again || growth.again } : growth);
    } else if (tasks.has(from)) outside.add(from);
    else if (tasks.has(to)) outside.add(to);
  }
  return { tasks, growths: [...inside.values()], beyond: outside };
}

/** Reads a task of its obligation. */
export function taskOf(task: GraphTaskFragment, { seq, isOpen }: Pick<GraphEdgeFragment["node"], "seq" | "isOpen">): Task {
  return {
    id: task.id,
    type: task.type,
    status: task.status,
    owner: task.createdBy,
    since: task.createdAt,
    seq: Number(seq),
    open: isOpen === true,
  };
}

/** Reads obligations: their tasks, and what these grew out of. */
export function readObligations(edges: readonly GraphEdgeFragment[]): { tasks: Task[]; growths: Growth[] } {
  const tasks: Task[] = [];
  const growths: Growth[] = [];
  for (const { cursor, node } of edges) {
    if (node.task === null) continue;
    const task = { ...taskOf(node.task, node), cursor };
    tasks.push(task);
    for (const parent of node.parents) {
      if (parent.task !== null) growths.push({ from: parent.task.id, to: task.id, again: isAgain(parent.type) });
    }
  }
  return { tasks, growths };
}

export type Kin = { parents: readonly string[]; children: readonly string[] };

const NONE: Kin = { parents: [], children: [] };

/** Who stands beside whom in a graph. */
export function kinOf({ growths }: Pick<Graph, "growths">): (id: string) => Kin {
  const all = new Map<string, { parents: string[]; children: string[] }>();
  const at = (id: string) => {
    const kin = all.get(id) ?? { parents: [], children: [] };
    all.set(id, kin);
    return kin;
  };
  for (const { from, to } of growths) {
    at(from).children.push(to);
    at(to).parents.push(from);
  }
  return (id) => all.get(id) ?? NONE;
}
