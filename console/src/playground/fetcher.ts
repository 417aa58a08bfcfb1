import type { Fetcher } from "@graphiql/toolkit";
import { type ExecutionResult, GraphQLError } from "graphql";
import { fill, remember } from "../../../internal/web/static/recent.js";
import { headersOf } from "../session/credentials";
import { follow } from "./follow";
import { currentIdentity } from "./identity";
import { parse } from "./lossless";
import { operationIn } from "./operation";

export type Request = { query: string; operationName?: string | null | undefined; variables?: unknown };

/** Makes GraphiQL's way to the server. variablesText is what stands in its editor: what GraphiQL reads of it has lost digits. */
export function newFetcher(variablesText: () => string): Fetcher {
  return async ({ query, operationName, variables }) => {
    try {
      const operation = operationIn(query, operationName);
      const request: Request = { query, operationName: operation ? operation.name?.value : operationName };
      if (variables !== undefined) request.variables = exactly(variablesText(), variables);
      return operation?.operation === "subscription" ? follow(request) : await post(request);
    } catch (error) {
      // GraphiQL would show where in the page's code it was thrown.
      return { errors: [new GraphQLError(error instanceof Error ? error.message : String(error))] };
    }
  };
}

/** Reads the variables with all digits. GraphiQL allows comments in them, which nobody else does: then they are as it says. */
function exactly(text: string, read: unknown): unknown {
  const filled = fill(isJSON(text) ? text : JSON.stringify(read));
  return parse(filled);
}

function isJSON(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function post(request: Request): Promise<ExecutionResult> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      ...headersOf(currentIdentity()),
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json, application/json;q=0.9",
    },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  if (!isJSON(text)) throw new Error(`what answered is not AsyncGate: HTTP ${response.status} without JSON`);
  const result = parse(text) as ExecutionResult;
  remember(result.data);
  return result;
}
