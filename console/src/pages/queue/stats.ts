import type { QueueStatsQuery, TaskStatus } from "../../generated/graphql";

export type Stat = QueueStatsQuery["queueStats"][number];

/** The tasks of a type: how many there are of each status, and since when the oldest claimable one waits. */
export type TypeStats = { type: string; counts: Partial<Record<TaskStatus, number>>; oldest: string | null };

export type Stats = {
  types: readonly TypeStats[];
  total: Omit<TypeStats, "type">;
  /** Whether there are more types than the server tells of. */
  cut: boolean;
};

// The server's own bound on the rows.
const MOST = 1_000;

/** Lays the rows out by type. A row that changes stays in its place, so that one can watch it. */
export function tabulate(rows: readonly Stat[]): Stats {
  const types = new Map<string, TypeStats>();
  const total: Stats["total"] = { counts: {}, oldest: null };
  for (const { type, status, count, oldestEligibleAt } of rows) {
    const row = types.get(type) ?? { type, counts: {}, oldest: null };
    types.set(type, row);
    for (const each of [row, total]) {
      each.counts[status] = (each.counts[status] ?? 0) + count;
      each.oldest = earlier(each.oldest, oldestEligibleAt);
    }
  }
  return { types: [...types.values()].sort(byName), total, cut: rows.length >= MOST };
}

/** The types with the most to do, so many of them, and the one that is asked for; still in their order. */
export function busiest(types: readonly TypeStats[], most: number, asked: string | undefined): readonly TypeStats[] {
  const busy = new Set(types.toSorted((a, b) => openOf(b) - openOf(a)).slice(0, most));
  return types.filter((row) => busy.has(row) || row.type === asked);
}

function openOf({ counts }: TypeStats): number {
  return (counts.QUEUED ?? 0) + (counts.LEASED ?? 0) + (counts.RUNNING ?? 0);
}

/** Instants of the API are written alike, so that their texts have their order. */
function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function byName(a: TypeStats, b: TypeStats): number {
  return a.type < b.type ? -1 : 1;
}
