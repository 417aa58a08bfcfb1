// Leases that are held: renewed for as long as somebody works under them.
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { Refused } from "./answers.ts";
import { ask, caller, pauseAfter, url } from "./asyncgate.ts";

const RENEW = "mutation($input: RenewLeaseInput!) { renewLease(input: $input) { lease { id } } }";

export const held = new Map<string, AbortController>();

export type Lease = { id: string; acquiredAt: string; expiresAt: string };

/** Renews a lease that was just claimed. The signal aborts once it has ended: the task is another's then. */
export async function hold(lease: Lease, work: (ended: AbortSignal) => Promise<void>): Promise<void> {
  const ended = new AbortController();
  held.set(lease.id, ended);
  void renew(lease.id, Date.parse(lease.expiresAt) - Date.parse(lease.acquiredAt), ended);
  try {
    await work(ended.signal);
  } finally {
    held.delete(lease.id);
    ended.abort();
  }
}

/** Renews at a third of the lease's time, until it is refused or unanswered for so long that the lease has run out. */
async function renew(leaseId: string, ttl: number, ended: AbortController): Promise<void> {
  let over = setTimeout(() => ended.abort(), ttl);
  while (await sleep(ttl / 3, true, { signal: ended.signal }).catch(() => false)) {
    const asked = performance.now();
    try {
      await ask(RENEW, { input: { leaseId, extendBySeconds: ttl / 1000 } });
      clearTimeout(over);
      over = setTimeout(() => ended.abort(), asked + ttl - performance.now());
    } catch (error) {
      if (error instanceof Refused) ended.abort();
    }
  }
  clearTimeout(over);
}

/** Hears at once of the leases that end otherwise than by a report: canceled, expired. What fails, claims tell. */
export function listen(): void {
  const client = createClient({
    url: url.replace(/^http/, "ws"),
    webSocketImpl: WebSocket,
    connectionParams: caller,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (failures) => sleep(pauseAfter(failures)),
  });
  client.subscribe<{ leaseEnded: { id: string } }>(
    { query: "subscription { leaseEnded { id } }" },
    { next: ({ data }) => data && held.get(data.leaseEnded.id)?.abort(), error() {}, complete() {} },
  );
}
