import type { AnswerFragment, LedgerPageQuery, ReceiptType } from "../../generated/graphql";
import type { LiveEvent } from "../../live/event";
import { endOf } from "../../receipt/ends";

export type Page = LedgerPageQuery["receipts"];
export type Row = Page["edges"][number];

/** A piece of the ledger without a gap, newest first: as much of it as is kept. */
export type Ledger = {
  rows: readonly Row[];
  /** Whether there are receipts before the last row. */
  hasOlder: boolean;
  /** Whether newer receipts than the first row's were there once, and were let go. */
  hasNewer: boolean;
};

// Who follows the ledger for hours, or reads back for days, keeps this much of it.
const FOLLOWED = 200;
const READ_BACK = 500;

/** The ledger as its last page shows it. */
export function opened({ edges, pageInfo }: Page): Ledger {
  return { rows: edges.toReversed(), hasOlder: pageInfo.hasPreviousPage, hasNewer: false };
}

/** With what has been written since; so many newer rows, and the oldest make room. */
export function withNewer(ledger: Ledger, { edges }: Page): Ledger {
  const newest = ledger.rows[0]?.node.seq ?? 0;
  const rows = [...edges.filter(({ node }) => node.seq > newest).toReversed(), ...ledger.rows];
  const kept = rows.slice(0, Math.max(FOLLOWED, edges.length));
  return { ...ledger, rows: kept, hasOlder: ledger.hasOlder || kept.length < rows.length };
}

/** With a page of what lies before the cursor, if the ledger still ends there; beyond what is kept, the newest make room. */
export function withOlder(ledger: Ledger, before: string, { edges, pageInfo }: Page): Ledger {
  if (ledger.rows.at(-1)?.cursor !== before) return ledger;
  const rows = [...ledger.rows, ...edges.toReversed()];
  const kept = rows.slice(-READ_BACK);
  return { rows: kept, hasOlder: pageInfo.hasPreviousPage, hasNewer: ledger.hasNewer || kept.length < rows.length };
}

/** With what events say of rows that they answer: an obligation is closed, a receipt is acknowledged. The first counts. */
export function answered(ledger: Ledger, events: readonly LiveEvent[]): Ledger {
  const terminators = answersAmong(events, (type) => endOf(type) !== null);
  const acknowledgements = answersAmong(events, (type) => type === "RECEIPT_ACKNOWLEDGED");
  let changed = false;
  const rows = ledger.rows.map((row) => {
    const { node } = row;
    const terminator = node.terminator ?? (node.isObligation ? terminators.get(node.id) : undefined) ?? null;
    const acknowledgement = node.acknowledgement ?? acknowledgements.get(node.id) ?? null;
    if (terminator === node.terminator && acknowledgement === node.acknowledgement) return row;
    changed = true;
    return { ...row, node: { ...node, terminator, acknowledgement } };
  });
  return changed ? { ...ledger, rows } : ledger;
}

function answersAmong(events: readonly LiveEvent[], counts: (type: ReceiptType) => boolean): Map<string, AnswerFragment> {
  const answers = new Map<string, AnswerFragment>();
  for (const { receipt } of events) {
    if (!counts(receipt.type)) continue;
    const { id, seq, type } = receipt;
    for (const parent of receipt.parents) if (!answers.has(parent.id)) answers.set(parent.id, { id, seq, type });
  }
  return answers;
}

/** The events that pass and are newer than all rows. */
export function newerThan(ledger: Ledger, events: readonly LiveEvent[], passes: (event: LiveEvent) => boolean): LiveEvent[] {
  const newest = ledger.rows[0]?.node.seq ?? 0;
  return events.filter((event) => event.receipt.seq > newest && passes(event));
}
