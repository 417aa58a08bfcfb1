import { observeServerTime } from "../clock/clock";
import type { TypedDocumentString } from "../generated/graphql";
import { type Credentials, headersOf } from "../session/credentials";
import { ApiError, asApiError, readError, UNREACHABLE } from "./error";
import { type JsonValue, readJson, writeJson } from "./json";

// Nobody waits longer; a connection that is gone without a word may take the browser many minutes to notice.
const LONGEST_MS = 60_000;

/** Sends a document and returns its data. Throws an ApiError whatever goes wrong, and an AbortError when it is aborted. */
export async function post<Result, Variables>(
  credentials: Credentials,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const late = AbortSignal.timeout(LONGEST_MS);
  const request: RequestInit = {
    method: "POST",
    signal: signal ? AbortSignal.any([signal, late]) : late,
    headers: {
      ...headersOf(credentials),
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json, application/json;q=0.9",
    },
    body: writeJson({ query: document.toString(), variables }),
  };
  try {
    const response = await fetch("/graphql", request);
    observeServerTime(response.headers.get("Date"));
    return dataOf(response.status, await response.text()) as Result;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw asApiError(error);
  }
}

function dataOf(status: number, text: string): JsonValue {
  const answer = parse(text);
  if (answer === undefined) {
    throw new ApiError(
      UNREACHABLE,
      `what answered is not AsyncGate: HTTP ${status} without a GraphQL response`,
      status >= 500,
    );
  }
  if (answer.errors?.length || answer.data == null) throw readError(answer.errors?.[0]);
  return answer.data;
}

type Answer = { data?: JsonValue; errors?: JsonValue[] };

function parse(text: string): Answer | undefined {
  try {
    const answer = readJson(text);
    if (typeof answer === "object" && answer !== null && ("data" in answer || "errors" in answer)) return answer as Answer;
  } catch {
    // A proxy's page, or an answer that was cut off.
  }
  return undefined;
}
