import { writePrincipal } from "../../components/principal";
import { TASK_STATUSES } from "../../components/StatusBadge";
import type { TaskStatus } from "../../generated/graphql";
import type { Task } from "./graph";

/** What is looked for: all when it names nothing. */
export type Filter = { owner: string | null; statuses: ReadonlySet<TaskStatus> };

/** Reads a filter of an address. */
export function readFilter(parameters: URLSearchParams): Filter {
  const names = parameters.get("status")?.split(",") ?? [];
  return { owner: parameters.get("owner"), statuses: new Set(TASK_STATUSES.filter((status) => names.includes(status))) };
}

export function matches({ owner, statuses }: Filter, task: Task): boolean {
  return (owner === null || writePrincipal(task.owner) === owner) && (statuses.size === 0 || statuses.has(task.status));
}

/** Counts tasks by status. */
export function countStatuses(tasks: Iterable<Task>): Map<TaskStatus, number> {
  const counts = new Map<TaskStatus, number>();
  for (const { status } of tasks) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}
