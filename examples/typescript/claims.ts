// What a worker claims, whatever answers are lost.
import { Refused } from "./answers.ts";
import { ask, call, pause } from "./asyncgate.ts";
import type { Lease } from "./leases.ts";

const LEASE = "{ id acquiredAt expiresAt task { payload progress { data } } }";
const CLAIM = `mutation { claimTasks(input: {types: ["example.report"], waitSeconds: 20}) { leases ${LEASE} } }`;
const HELD = `{ leases(states: [ACTIVE]) { nodes ${LEASE} } }`;

type Task = { payload: { title: string; pages: number }; progress: { data: { pages: number } } | null };
export type Claim = Lease & { task: Task };

/** What the claim has given; after an unanswered one, what is held: it may have been heard. */
export async function claim(): Promise<Claim[]> {
  try {
    return (await ask<{ claimTasks: { leases: Claim[] } }>(CLAIM)).claimTasks.leases;
  } catch (error) {
    if (error instanceof Refused) throw error;
    await pause(0, error);
    return (await call<{ leases: { nodes: Claim[] } }>(HELD)).leases.nodes;
  }
}
