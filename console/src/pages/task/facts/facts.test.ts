import { expect, test } from "vitest";
import { child, receipt } from "../receipts/testReceipt";
import { artifactOf } from "./artifact";
import { claimabilityOf } from "./eligibility";
import { relatedOf } from "./related";

test.each([
  [
    { type: "log", url: "https://example.org/a b" },
    { label: "https://example.org/a b", href: "https://example.org/a%20b" },
  ],
  [
    { name: "Log", url: "http://example.org" },
    { label: "Log", href: "http://example.org/" },
  ],
  [{ url: "javascript:alert(1)" }, { label: "javascript:alert(1)" }],
  [{ url: " JavaScript:alert(1)" }, { label: " JavaScript:alert(1)" }],
  [{ url: "data:text/html,x" }, { label: "data:text/html,x" }],
  [{ uri: "s3://bucket/key" }, { label: "s3://bucket/key" }],
  [{ url: "/relative" }, { label: "/relative" }],
  [{ url: 7, type: "odd" }, { label: "odd" }],
  [{}, { label: "Artifact" }],
])("of the artifact %j only an address of the web is a link", (value, artifact) => {
  expect(artifactOf(value)).toEqual(artifact);
});

const at = "2026-01-02T03:04:05.000000Z";

test.each([
  ["CLAIMABLE", null, false, true],
  ["DELAYED", at, false, false],
  ["DELAYED", at, true, true],
  ["LEASED", at, false, false],
  ["LEASED", at, true, false],
  ["TERMINAL", null, false, false],
] as const)("%s until %s, come: %s, is claimable: %s", (reason, until, come, claimable) => {
  expect(claimabilityOf({ claimable: reason === "CLAIMABLE", reason, at: until }, come).claimable).toBe(claimable);
});

test("a retry answers the terminal receipt of a task of its type; all others are answers", () => {
  const task = (id: string, type: string) =>
    ({ id, type, status: "FAILED", createdBy: { kind: "AGENT", id: "planner" } }) as const;
  const owed = {
    ...receipt(1, "TASK_ASSIGNED"),
    isOpen: false,
    terminator: null,
    parents: [
      { id: "p1", type: "TASK_FAILED", seq: -3, task: task("before", "fetch") },
      { id: "p2", type: "TASK_RESULT_READY", seq: -2, task: task("plan", "plan") },
    ] as const,
  };
  const related = relatedOf("fetch", { ...owed, parents: [...owed.parents] }, [
    receipt(5, "TASK_CANCELED", {
      children: { nodes: [child(8, "fetch"), child(9, "report")], pageInfo: { hasNextPage: false } },
    }),
    receipt(6, "TASK_RESULT_READY", { children: { nodes: [child(9, "report")], pageInfo: { hasNextPage: true } } }),
  ]);
  const ids = (tasks: { id: string }[]) => tasks.map(({ id }) => id);
  expect([related.retriedFrom, related.answers, related.retries, related.answeredBy].map(ids)).toEqual([
    ["before"],
    ["plan"],
    ["t8"],
    ["t9"],
  ]);
  expect(related.more).toBe(true);
});
