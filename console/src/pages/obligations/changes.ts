import type { ObligationFragment, TaskStatus } from "../../generated/graphql";
import type { LiveEvent } from "../../live/event";
import { endOf } from "../../receipt/ends";

/** A row of the list. One that has just come or gone is marked for a while, from a moment on. */
export type Row = { obligation: ObligationFragment; mark: Mark | null };
export type Mark = { is: "new"; at: number } | { is: "closed"; at: number; as: TaskStatus | null };

const MARKED_MS = 4_000;

/**
 * Returns the rows that follow when the open obligations are now these: what is open no more stays in its place, marked with
 * how it was closed; what the newest receipts have brought is marked as new.
 */
export function nextRows(
  rows: readonly Row[],
  open: readonly ObligationFragment[],
  events: readonly LiveEvent[],
  now: number,
): Row[] {
  const isOpen = new Set(open.map(({ id }) => id));
  const before = new Map(rows.map((row) => [row.obligation.id, row]));
  const arrived = new Set(events.map(({ receipt }) => receipt.id));
  const shown = open.map<Row>((obligation) => {
    const known = before.get(obligation.id);
    if (known) return { obligation, mark: known.mark?.is === "new" ? known.mark : null };
    return { obligation, mark: arrived.has(obligation.id) ? { is: "new", at: now } : null };
  });
  const closed = rows
    .filter(({ obligation }) => !isOpen.has(obligation.id))
    .map<Row>(({ obligation, mark }) => ({
      obligation,
      mark: mark?.is === "closed" ? mark : { is: "closed", at: now, as: howItEnded(obligation, events) },
    }));
  return [...shown, ...closed].sort((a, b) => (a.obligation.seq < b.obligation.seq ? -1 : 1));
}

/** Returns the rows without the marks that have been seen long enough, and without what was closed by then. */
export function settledRows(rows: readonly Row[], now: number): Row[] {
  const seen = ({ mark }: Row) => mark !== null && now - mark.at >= MARKED_MS;
  return rows
    .filter((row) => !(seen(row) && row.mark?.is === "closed"))
    .map((row) => (seen(row) ? { ...row, mark: null } : row));
}

function howItEnded({ task }: ObligationFragment, events: readonly LiveEvent[]): TaskStatus | null {
  const end = events.findLast(({ receipt }) => receipt.task?.id === task?.id && endOf(receipt.type) !== null);
  return end ? endOf(end.receipt.type) : null;
}
