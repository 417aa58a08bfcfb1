import { expect, test } from "vitest";
import type { Scope, TaskStatus } from "../generated/graphql";
import type { Action } from "./action";
import { isAllowed } from "./allowed";

const planner = { kind: "AGENT", id: "planner" } as const;
const other = { kind: "AGENT", id: "other" } as const;
const viewer = (...scopes: Scope[]) => ({ tenantId: "t", principal: planner, scopes });
const task = (name: "cancel" | "retry", status: TaskStatus, createdBy: typeof planner | typeof other = planner): Action => ({
  name,
  task: { id: "t-1", type: "report.write", status, createdBy },
});
const acknowledge = (to: typeof planner | typeof other, type = "X"): Action => ({
  name: "acknowledge",
  receipt: { id: "r", type, to },
});

test.each<[string, Action, Scope[], boolean]>([
  ["creating needs TASK", { name: "create" }, ["READ", "LEASE"], false],
  ["TASK creates", { name: "create" }, ["TASK"], true],
  ["ADMIN implies TASK", { name: "create" }, ["ADMIN"], true],
  ["the owner cancels", task("cancel", "RUNNING"), ["TASK"], true],
  ["an ended task is not canceled", task("cancel", "SUCCEEDED"), ["TASK"], false],
  ["another's task is not canceled", task("cancel", "QUEUED", other), ["TASK"], false],
  ["but by an ADMIN", task("cancel", "QUEUED", other), ["ADMIN"], true],
  ["a failed task is retried", task("retry", "FAILED"), ["TASK"], true],
  ["a canceled one too", task("retry", "CANCELED"), ["TASK"], true],
  ["one that succeeded is not", task("retry", "SUCCEEDED"), ["ADMIN"], false],
  ["the addressee acknowledges", acknowledge(planner), ["TASK"], true],
  ["nobody else does", acknowledge(other), ["TASK"], false],
  ["an acknowledgement is not acknowledged", acknowledge(planner, "RECEIPT_ACKNOWLEDGED"), ["TASK"], false],
])("%s", (_, action, scopes, allowed) => {
  expect(isAllowed(viewer(...scopes), action)).toBe(allowed);
});
