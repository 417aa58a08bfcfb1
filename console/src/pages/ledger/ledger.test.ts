import { describe, expect, it } from "vitest";
import type { LiveEvent } from "../../live/event";
import { eventOf } from "../../live/testEvent";
import { passes, readLedgerFilter } from "./filter";
import { answered, newerThan, opened, type Page, type Row, withNewer, withOlder } from "./ledger";

function row(seq: number): Row {
  return {
    cursor: `c${seq}`,
    node: {
      id: `r${seq}`,
      seq,
      createdAt: "2025-11-24T10:00:00.000000Z",
      type: "TASK_ASSIGNED",
      from: { kind: "SERVICE", id: "svc:asyncgate" },
      to: { kind: "AGENT", id: "planner" },
      task: { id: "t1", type: "pr.review" },
      lease: null,
      parents: [],
      body: {},
      bodyHash: null,
      archived: false,
      hash: "",
      isObligation: true,
      terminator: null,
      acknowledgement: null,
    },
  };
}

function page(from: number, to: number, hasPreviousPage = from > 1): Page {
  const edges = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => row(from + at));
  return { edges, pageInfo: { hasNextPage: false, hasPreviousPage } };
}

function event(seq: number, change: Partial<LiveEvent["receipt"]> = {}): LiveEvent {
  const { cursor, receipt } = eventOf({ cursor: `c${seq}`, id: `r${seq}`, task: "t1" });
  return { cursor, receipt: { ...receipt, seq, ...change } };
}

const seqs = ({ rows }: { rows: readonly Row[] }) => rows.map(({ node }) => node.seq);

describe("the ledger", () => {
  it("begins with its last page, newest first", () => {
    expect(seqs(opened(page(11, 13)))).toEqual([13, 12, 11]);
    expect(opened(page(11, 13)).hasOlder).toBe(true);
    expect(opened(page(1, 3)).hasOlder).toBe(false);
  });

  it("grows at both ends without a gap or a row twice", () => {
    let ledger = opened(page(11, 13));
    ledger = withNewer(ledger, page(13, 15));
    ledger = withOlder(ledger, "c11", page(9, 10));
    expect(seqs(ledger)).toEqual([15, 14, 13, 12, 11, 10, 9]);
    expect(ledger.hasOlder).toBe(true);
    ledger = withOlder(ledger, "c9", page(1, 8));
    expect(ledger.hasOlder).toBe(false);
  });

  it("takes no page that lies before another row than its last", () => {
    const ledger = opened(page(11, 13));
    expect(withOlder(ledger, "c12", page(9, 10))).toBe(ledger);
  });

  it("lets the oldest go while it is followed", () => {
    let ledger = opened(page(1, 50));
    for (let seq = 51; seq <= 400; seq++) ledger = withNewer(ledger, page(seq, seq));
    expect(ledger.rows).toHaveLength(200);
    expect(seqs(ledger)[0]).toBe(400);
    expect(ledger.hasOlder).toBe(true);
  });

  it("lets the newest go while somebody reads back, and says so", () => {
    let ledger = opened(page(1_951, 2_000));
    for (let to = 1_950; to > 0; to -= 50) ledger = withOlder(ledger, `c${to + 1}`, page(to - 49, to));
    expect(ledger.rows).toHaveLength(500);
    expect(seqs(ledger).at(-1)).toBe(1);
    expect(ledger).toMatchObject({ hasOlder: false, hasNewer: true });
  });
});

describe("what events say of rows", () => {
  const ledger = opened(page(1, 2));

  it("closes the obligation that is answered, once", () => {
    const done = event(3, { type: "TASK_COMPLETED", parents: [{ id: "r1", task: null }] });
    const closed = answered(ledger, [done, event(4, { type: "TASK_FAILED", parents: [{ id: "r1", task: null }] })]);
    expect(closed.rows[1]?.node.terminator).toEqual({ id: "r3", seq: 3, type: "TASK_COMPLETED" });
    expect(closed.rows[0]).toBe(ledger.rows[0]);
    expect(answered(closed, [done])).toBe(closed);
  });

  it("is an acknowledgement", () => {
    const known = answered(ledger, [
      event(3, { type: "RECEIPT_ACKNOWLEDGED", task: null, parents: [{ id: "r2", task: null }] }),
    ]);
    expect(known.rows[0]?.node.acknowledgement).toMatchObject({ id: "r3" });
    expect(known.rows[0]?.node.terminator).toBeNull();
  });

  it("closes nothing when it is not terminal", () => {
    expect(answered(ledger, [event(3, { type: "TASK_PROGRESS", parents: [{ id: "r1", task: null }] })])).toBe(ledger);
  });
});

it("finds what is newer and passes", () => {
  const events = [1, 2, 3, 4].map((seq) => event(seq));
  expect(newerThan(opened(page(1, 2)), events, () => true)).toEqual(events.slice(2));
  expect(newerThan(opened(page(1, 2)), events, ({ receipt }) => receipt.seq === 4)).toEqual(events.slice(3));
  expect(newerThan(opened(page(1, 0)), events, () => true)).toEqual(events);
});

describe("the filter", () => {
  const read = (query: string) => readLedgerFilter(new URLSearchParams(query));
  const receipt = event(1).receipt;

  it.each([
    ["", true],
    ["types=TASK_ASSIGNED,TASK_FAILED", true],
    ["types=TASK_FAILED", false],
    ["from=service:svc:asyncgate&to=agent:planner&task=T1", true],
    ["from=agent:planner", false],
    ["to=human:planner", false],
    ["task=t2", false],
  ])("%s", (query, expected) => {
    expect(passes(read(query).filter, receipt)).toBe(expected);
  });

  it("says what it can't read", () => {
    expect(read("types=TASK_LOST&to=me").problems).toHaveLength(2);
  });
});
