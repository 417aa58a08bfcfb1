// Who calls whom, and calls that are repeated until there is an answer. Streams are graphql-sse's and graphql-ws's.
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, dataOf, end, Refused, reason } from "./answers.ts";

const { ASYNCGATE_URL, ASYNCGATE_API_KEY, ASYNCGATE_PRINCIPAL = "agent:dev" } = process.env;

const server = ASYNCGATE_URL || "http://127.0.0.1:8080";
if (!/^https?:\/\/[^/]/i.test(server))
  end(new Refused(`ASYNCGATE_URL: "${server}" is no address of a server: write http:// or https:// and a host`));

export const url = `${server.replace(/\/+$/, "")}/graphql`;
export const caller: Record<string, string> = ASYNCGATE_API_KEY
  ? { authorization: `Bearer ${ASYNCGATE_API_KEY}` }
  : { "x-principal": ASYNCGATE_PRINCIPAL };

/** Asks once. */
export async function ask<T>(query: string, variables = {}): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...caller },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(60_000),
  });
  const json = response.headers.get("content-type")?.includes("json");
  if (!json) throw new Error(`${response.status} ${response.statusText}`); // the page of a proxy
  return dataOf((await response.json()) as Answer<T>);
}

/** Asks until there is an answer. For what may be repeated: queries, tasks with a key, reports of a lease. */
export async function call<T>(query: string, variables = {}): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await ask<T>(query, variables);
    } catch (error) {
      if (error instanceof Refused) throw error;
      await pause(failures, error);
    }
  }
}

/** The milliseconds before asking again: up to a second at first, then longer and longer, up to half a minute. */
export const pauseAfter = (failures: number) => (500 + Math.random() * 500) * Math.min(2 ** failures, 30);

/** Says why, and pauses. */
export async function pause(failures: number, error: unknown): Promise<void> {
  const time = pauseAfter(failures);
  console.error(`${url}: ${reason(error)}; trying again in ${(time / 1000).toFixed(1)} s`);
  await sleep(time);
}
