import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { readBatch, split, writeBatch } from "./ask";
import type { Ask } from "./family";

const schema = buildSchema(readFileSync(new URL("../../../../schema.graphqls", import.meta.url), "utf8"));

const KIN: Ask = { about: "kin", task: "t" };
const RECEIPTS: Ask = { about: "receipts", task: "t", after: "9" };
const CHILDREN: Ask = { about: "children", task: "t", receipt: "r", again: true, after: "9" };

test.each([
  ["tasks", [KIN, KIN]],
  ["receipts", [RECEIPTS]],
  ["children", [CHILDREN]],
  ["all of them", [KIN, RECEIPTS, CHILDREN]],
])("questions about %s are a document that the schema allows", (_, asks) => {
  const { document, variables } = writeBatch(asks);
  expect(validate(schema, parse(document.toString()))).toEqual([]);
  expect(Object.values(variables)).toContain(asks[0]?.about === "children" ? "r" : "t");
});

test("many questions are several documents, none too complex, and none is lost", () => {
  const asks = Array.from({ length: 500 }, (_, at): Ask => ({ about: "kin", task: `t${at}` }));
  const parts = split(asks);
  expect(parts.flat()).toEqual(asks);
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(60);
  expect(split([])).toEqual([]);
});

test("answers are read in the order of the questions, with what is left to ask", () => {
  const page = (ids: string[], endCursor: string | null) => ({
    nodes: ids.map((id) => ({
      seq: 1,
      isOpen: true,
      task: { id, type: "t", status: "QUEUED" as const, createdAt: "", createdBy: { kind: "AGENT" as const, id: "a" } },
    })),
    pageInfo: { hasNextPage: endCursor !== null, endCursor },
  });
  const receipts = {
    nodes: [{ id: "r", type: "TASK_FAILED" as const, children: page(["b"], "5") }],
    pageInfo: { hasNextPage: true, endCursor: "6" },
  };
  const [gone, kin] = readBatch([KIN, KIN], { a0: null, a1: { obligation: { parents: [] }, receipts } });
  expect(gone).toEqual({ parents: [], children: [], rest: [] });
  expect(kin?.children).toMatchObject([{ task: { id: "b" }, again: true }]);
  expect(kin?.rest).toEqual([
    { about: "children", task: "t", receipt: "r", again: true, after: "5" },
    { about: "receipts", task: "t", after: "6" },
  ]);
});
