// Who calls whom, and calls that are repeated until there is an answer. Streams are graphql-sse's and graphql-ws's.
import { setTimeout as sleep } from "node:timers/promises";

const { ASYNCGATE_URL = "http://127.0.0.1:8080", ASYNCGATE_API_KEY, ASYNCGATE_PRINCIPAL = "agent:dev" } = process.env;

export const url = `${ASYNCGATE_URL}/graphql`;
export const caller: Record<string, string> = ASYNCGATE_API_KEY
  ? { authorization: `Bearer ${ASYNCGATE_API_KEY}` }
  : { "x-principal": ASYNCGATE_PRINCIPAL };

/** The server's answer is no, and would be no again. Any other error means that there is none, or one to ask again. */
export class Refused extends Error {}

/** Asks once. */
export async function ask<T>(query: string, variables = {}): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...caller },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(60_000),
  });
  return dataOf((await response.json()) as Answer<T>);
}

/** Asks until there is an answer. For what may be repeated: queries, tasks with a key, reports of a lease. */
export async function call<T>(query: string, variables = {}): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await ask<T>(query, variables);
    } catch (error) {
      if (error instanceof Refused) throw error;
      await pause(failures);
    }
  }
}

/** What the server and the clients of its streams answer. */
export interface Answer<T> {
  data?: T | null;
  errors?: readonly { message: string; extensions?: { retryable?: boolean } }[];
}

export function dataOf<T>({ data, errors }: Answer<T>): T {
  const error = errors?.[0];
  if (error?.extensions?.retryable) throw new Error(error.message);
  if (error || !data) throw new Refused(error?.message);
  return data;
}

/** Pauses before asking again: up to a second at first, then longer and longer, up to half a minute. */
export async function pause(failures: number): Promise<void> {
  await sleep((0.5 + Math.random() / 2) * 1000 * Math.min(2 ** failures, 30));
}
