import { type JsonValue, readJson } from "../api/json";
import type { CreateTaskInput, ExpectedOutcome } from "../generated/graphql";

/** A task as its form has it: the text of every field. */
export type Draft = {
  type: string;
  payload: string;
  priority: string;
  expectedOutcome: ExpectedOutcome;
  capabilities: string;
  tags: string;
  delaySeconds: string;
  maxAttempts: string;
  retryBackoffSeconds: string;
  parentReceiptIds: string;
  idempotencyKey: string;
};

/** The input that a draft stands for. What is left empty is the server's to choose. Throws a SyntaxError for a bad payload. */
export function inputOf(draft: Draft): CreateTaskInput {
  return {
    type: draft.type,
    payload: payloadOf(draft.payload),
    requirements: { capabilities: listed(draft.capabilities), tags: listed(draft.tags) },
    priority: wholeNumber(draft.priority) ?? 0,
    expectedOutcome: draft.expectedOutcome,
    idempotencyKey: draft.idempotencyKey.trim() || null,
    maxAttempts: wholeNumber(draft.maxAttempts),
    retryBackoffSeconds: wholeNumber(draft.retryBackoffSeconds),
    delaySeconds: wholeNumber(draft.delaySeconds),
    parentReceiptIds: draft.parentReceiptIds.split(/[\s,]+/).filter((id) => id !== ""),
  };
}

function payloadOf(text: string): JsonValue {
  return text.trim() === "" ? null : readJson(text);
}

function listed(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function wholeNumber(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** Says what is wrong with a payload's text; null when nothing is. */
export function payloadFault(text: string): string | null {
  try {
    payloadOf(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
