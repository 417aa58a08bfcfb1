import { describe, expect, test } from "vitest";
import type { ObligationFragment } from "../../generated/graphql";
import { eventOf } from "../../live/testEvent";
import { nextRows, type Row, settledRows } from "./changes";

function obligation(seq: number | bigint): ObligationFragment {
  return {
    id: `r-${seq}`,
    seq,
    createdAt: "2026-01-02T03:04:05.678901Z",
    task: {
      id: `t-${seq}`,
      type: "report.write",
      status: "QUEUED",
      attempt: 0,
      maxAttempts: 2,
      expiryCount: 0,
      createdBy: { kind: "AGENT", id: "planner" },
      eligibility: { reason: "CLAIMABLE", at: null },
      requirements: { capabilities: [] },
      progress: null,
      lease: null,
    },
  };
}

const plain = (...seqs: number[]): Row[] => seqs.map((seq) => ({ obligation: obligation(seq), mark: null }));
const marks = (rows: Row[]) => rows.map(({ obligation: { id }, mark }) => [id, mark?.is ?? null]);

describe("the rows of open obligations", () => {
  test("what is closed stays in its place, with how it ended", () => {
    const rows = nextRows(
      plain(1, 2, 3),
      [obligation(1), obligation(3)],
      [eventOf({ type: "TASK_FAILED", task: "t-2" })],
      1_000,
    );
    expect(marks(rows)).toEqual([
      ["r-1", null],
      ["r-2", "closed"],
      ["r-3", null],
    ]);
    expect(rows[1]?.mark).toEqual({ is: "closed", at: 1_000, as: "FAILED" });
  });

  test("what a receipt has just brought is new, what a page has brought is not", () => {
    const rows = nextRows(plain(1), [obligation(1), obligation(2), obligation(3)], [eventOf({ id: "r-3" })], 1_000);
    expect(marks(rows)).toEqual([
      ["r-1", null],
      ["r-2", null],
      ["r-3", "new"],
    ]);
  });

  test("marks stay while the list goes on changing, and go after a while", () => {
    const first = nextRows(plain(1), [obligation(2)], [eventOf({ id: "r-2" })], 1_000);
    const second = nextRows(first, [obligation(2), obligation(3)], [], 4_000);
    expect(marks(second)).toEqual([
      ["r-1", "closed"],
      ["r-2", "new"],
      ["r-3", null],
    ]);
    expect(marks(settledRows(second, 4_999))).toEqual(marks(second));
    expect(marks(settledRows(second, 5_000))).toEqual([
      ["r-2", null],
      ["r-3", null],
    ]);
  });

  test("the order is the ledger's, however large its numbers", () => {
    const rows = nextRows([], [obligation(9007199254740993n), obligation(10), obligation(9)], [], 0);
    expect(rows.map((row) => row.obligation.seq)).toEqual([9, 10, 9007199254740993n]);
  });
});
