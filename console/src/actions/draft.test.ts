import { expect, test } from "vitest";
import { writeJson } from "../api/json";
import { type Draft, inputOf, payloadFault } from "./draft";

const draft: Draft = {
  type: "report.write",
  payload: "",
  priority: "",
  expectedOutcome: "ANY",
  capabilities: "",
  tags: "",
  delaySeconds: "",
  maxAttempts: "",
  retryBackoffSeconds: "",
  parentReceiptIds: "",
  idempotencyKey: "",
};

test("what is left empty is the server's to choose", () => {
  expect(inputOf(draft)).toEqual({
    type: "report.write",
    payload: null,
    requirements: { capabilities: [], tags: [] },
    priority: 0,
    expectedOutcome: "ANY",
    idempotencyKey: null,
    maxAttempts: null,
    retryBackoffSeconds: null,
    delaySeconds: null,
    parentReceiptIds: [],
  });
});

test("fields become lists, numbers and JSON with every digit", () => {
  const input = inputOf({
    ...draft,
    payload: '{"n": 12345678901234567890}',
    priority: "-5",
    capabilities: "web, large files ,",
    parentReceiptIds: "a\n b,c",
  });
  expect(writeJson(input.payload)).toBe('{"n":12345678901234567890}');
  expect(input).toMatchObject({
    priority: -5,
    requirements: { capabilities: ["web", "large files"] },
    parentReceiptIds: ["a", "b", "c"],
  });
});

test("a payload is JSON or nothing", () => {
  expect(payloadFault("")).toBeNull();
  expect(payloadFault("[1]")).toBeNull();
  expect(payloadFault("{")).toMatch(/./);
});
