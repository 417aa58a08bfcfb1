import { expect, test } from "vitest";
import { countStatuses, matches, readFilter } from "./filter";
import { ownersOf } from "./owners";
import { sampleTask } from "./sample";

const ada = { owner: { kind: "HUMAN" as const, id: "ada" } };

test("a filter of an address", () => {
  const filter = readFilter(new URLSearchParams("owner=human:ada&status=RUNNING,FAILED,NONSENSE"));
  expect(filter).toEqual({ owner: "human:ada", statuses: new Set(["RUNNING", "FAILED"]) });
  expect(matches(filter, sampleTask("a", 1, { ...ada, status: "FAILED" }))).toBe(true);
  expect(matches(filter, sampleTask("a", 1, { ...ada, status: "QUEUED" }))).toBe(false);
  expect(matches(filter, sampleTask("a", 1, { status: "FAILED" }))).toBe(false);
});

test("no filter is for all", () => {
  expect(matches(readFilter(new URLSearchParams()), sampleTask("a", 1))).toBe(true);
});

test("owners, those with most tasks first; the first eight have a colour", () => {
  const many = Array.from({ length: 9 }, (_, at) => sampleTask(`t${at}`, at, { owner: { kind: "AGENT", id: `a${at}` } }));
  const owners = ownersOf([...many, sampleTask("x", 20, ada), sampleTask("y", 21, ada)]);
  expect(owners[0]).toMatchObject({ name: "human:ada", tasks: 2, lane: 0 });
  expect(owners.map(({ lane }) => lane)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, null, null]);
});

test("tasks are counted by status", () => {
  const counts = countStatuses([sampleTask("a", 1), sampleTask("b", 2), sampleTask("c", 3, { status: "FAILED" })]);
  expect([...counts]).toEqual([
    ["QUEUED", 2],
    ["FAILED", 1],
  ]);
});
