// A worker: claims reports, writes each for as long as it holds the lease, and completes or fails it.
// Run as many as there is work for, each as a principal of its own: so it finds what an unanswered claim has given it.
import { setTimeout as sleep } from "node:timers/promises";
import { end } from "./answers.ts";
import { ask, call } from "./asyncgate.ts";
import { type Claim, claim } from "./claims.ts";
import { held, hold, listen } from "./leases.ts";

const PROGRESS = "mutation($input: ReportProgressInput!) { reportProgress(input: $input) { task { id } } }";
const COMPLETE = "mutation($input: CompleteTaskInput!) { completeTask(input: $input) { task { id } } }";
const FAIL = "mutation($input: FailTaskInput!) { failTask(input: $input) { task { id } } }";
const RELEASE = "mutation($input: ReleaseLeaseInput!) { releaseLease(input: $input) { task { id } } }";

/** The work, in place of yours. It goes on where another worker has stopped, and stops when the lease has ended. */
async function write({ payload, progress }: Claim["task"], leaseId: string, ended: AbortSignal): Promise<object> {
  if (!payload?.pages) throw new RangeError("a report without pages");
  let pages = progress?.data.pages ?? 0;
  for (let sequence = 1; pages < payload.pages; sequence++) {
    await sleep(500, undefined, { signal: ended });
    pages++;
    await call(PROGRESS, { input: { leaseId, progress: { pages }, sequence } });
  }
  return { title: payload.title, pages };
}

async function handle({ id: leaseId, task }: Claim, ended: AbortSignal): Promise<void> {
  try {
    await call(COMPLETE, { input: { leaseId, result: await write(task, leaseId, ended) } });
  } catch (error) {
    // Another attempt may help, unless it is the task that is wrong. Refused in its turn when the lease has ended.
    await call(FAIL, { input: { leaseId, error: { message: `${error}` }, retryable: !(error instanceof RangeError) } });
  }
}

process.once("uncaughtException", end);
// Told to stop, it gives back what it holds: another may go on at once.
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, async () => {
    await Promise.allSettled([...held.keys()].map((leaseId) => ask(RELEASE, { input: { leaseId } })));
    process.exit();
  });
listen();
for (;;)
  for (const lease of await claim())
    await hold(lease, (ended) => handle(lease, ended)).catch((error) => console.log(`lost ${lease.id}: ${error}`));
