import { describe, expect, it } from "vitest";
import type { LiveEvent } from "../../live/event";
import { eventOf } from "../../live/testEvent";
import { toQueue } from "../../paths";
import { moves, readQueueFilter, toTaskFilter, touches } from "./filter";
import { busiest, type Stat, tabulate } from "./stats";

const read = (address: string) => readQueueFilter(new URLSearchParams(address.split("?")[1] ?? ""));

function receipt(change: Partial<LiveEvent["receipt"]>): LiveEvent["receipt"] {
  return { ...eventOf().receipt, ...change };
}

describe("the filter", () => {
  it("comes back from its address", () => {
    const filter = {
      type: "pr.review & more",
      statuses: ["QUEUED" as const, "FAILED" as const],
      createdBy: { kind: "AGENT" as const, id: "planner" },
      createdAfter: "2025-11-24T10:00:00.000Z",
      createdBefore: "2025-11-25T10:00:00.000Z",
      key: "2025/11,a",
    };
    expect(read(toQueue(filter))).toEqual({ filter, problems: [] });
    expect(toTaskFilter(filter)).toEqual({
      types: ["pr.review & more"],
      statuses: ["QUEUED", "FAILED"],
      createdBy: { kind: "AGENT", id: "planner" },
      createdAfter: "2025-11-24T10:00:00.000Z",
      createdBefore: "2025-11-25T10:00:00.000Z",
      idempotencyKey: "2025/11,a",
    });
  });

  it("asks for nothing where nothing is given", () => {
    expect(toTaskFilter(read("/queue").filter)).toEqual({});
    expect(toQueue(read("/queue").filter)).toBe(toQueue());
  });

  it("says what it can't read", () => {
    expect(read("/queue?status=LOST&createdBy=me&after=then").problems).toHaveLength(3);
  });
});

describe("a receipt", () => {
  it("moves a task, or doesn't", () => {
    expect(moves(receipt({ type: "LEASE_EXPIRED" }))).toBe(true);
    expect(moves(receipt({ type: "TASK_PROGRESS" }))).toBe(false);
    expect(moves(receipt({ type: "RECEIPT_ACKNOWLEDGED", task: null }))).toBe(false);
  });

  it.each([
    ["/queue", true],
    ["/queue?type=report.write&createdBy=agent:planner&status=FAILED", true],
    ["/queue?type=deploy", false],
    ["/queue?createdBy=agent:shepherd", false],
  ])("touches the list of %s", (address, expected) => {
    expect(touches(read(address).filter, receipt({}))).toBe(expected);
  });
});

describe("the counts", () => {
  const stat = (type: string, status: Stat["status"], count: number, oldestEligibleAt: string | null = null): Stat => ({
    type,
    status,
    count,
    oldestEligibleAt,
  });

  it("are laid out by type", () => {
    const { types, total, cut } = tabulate([
      stat("b", "QUEUED", 2, "2025-11-24T10:00:00.000000Z"),
      stat("b", "FAILED", 1),
      stat("a", "QUEUED", 3, "2025-11-23T10:00:00.000000Z"),
    ]);
    expect(types).toEqual([
      { type: "a", counts: { QUEUED: 3 }, oldest: "2025-11-23T10:00:00.000000Z" },
      { type: "b", counts: { QUEUED: 2, FAILED: 1 }, oldest: "2025-11-24T10:00:00.000000Z" },
    ]);
    expect(total).toEqual({ counts: { QUEUED: 5, FAILED: 1 }, oldest: "2025-11-23T10:00:00.000000Z" });
    expect(cut).toBe(false);
  });

  it("are shown of the busiest types and the one that is asked for, in the types' order", () => {
    const { types } = tabulate([
      stat("a", "SUCCEEDED", 100),
      stat("b", "RUNNING", 1),
      stat("c", "SUCCEEDED", 100),
      stat("d", "QUEUED", 9),
      stat("e", "LEASED", 2),
    ]);
    expect(busiest(types, 2, "c").map(({ type }) => type)).toEqual(["c", "d", "e"]);
    expect(busiest(types, 9, undefined)).toEqual(types);
  });

  it("say when the server has told only a part", () => {
    expect(tabulate(Array.from({ length: 1_000 }, (_, at) => stat(`t${at}`, "QUEUED", 1))).cut).toBe(true);
  });
});
