// An agent: delegates three reports, and prints what becomes of each.
// Kill it whenever you like and start it again: it goes on where it was, from a file that it keeps until all is done.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createClient } from "graphql-sse";
import { dataOf, end, Refused } from "./answers.ts";
import { call, caller, pause, url } from "./asyncgate.ts";

const FILE = "agent-typescript.json";
const CREATE = "mutation($inputs: [CreateTaskInput!]!) { createTasks(inputs: $inputs) { created } }";
const RESULTS = `subscription($after: String) { resultReady(after: $after) { cursor receipt {
  task { idempotencyKey outcome { status result error reason } } } } }`;

type Memory = { cursor: string; waiting: Record<string, string> };
type Task = { idempotencyKey: string | null; outcome: { status: string; result: unknown } };
type Results = { resultReady: { cursor: string; receipt: { task: Task } } };

function remember(memory: Memory): void {
  writeFileSync(`${FILE}.new`, JSON.stringify(memory));
  renameSync(`${FILE}.new`, FILE); // so that it is whole, whenever the agent dies
}

process.once("uncaughtException", end);
if (!existsSync(FILE)) {
  // All results come after the ledger's head of now: nothing is delegated yet.
  const { ledgerHead } = await call<{ ledgerHead: string }>("{ ledgerHead }");
  remember({ cursor: ledgerHead, waiting: Object.fromEntries([1, 2, 3].map((n) => [randomUUID(), `Chapter ${n}`])) });
}
const memory: Memory = JSON.parse(readFileSync(FILE, "utf8"));
const { waiting } = memory;

const input = ([idempotencyKey, title]: [string, string]) => ({
  type: "example.report",
  payload: { title, pages: 3 },
  idempotencyKey,
});
await call(CREATE, { inputs: Object.entries(waiting).map(input) }); // a key that the server knows makes no second task

const done = () => Object.keys(waiting).length === 0;
const client = createClient({ url, headers: caller, retryAttempts: 0 });
for (let failures = 0; !done(); )
  try {
    for await (const answer of client.iterate<Results>({ query: RESULTS, variables: { after: memory.cursor } })) {
      const { cursor, receipt } = dataOf(answer).resultReady;
      const { idempotencyKey, outcome } = receipt.task;
      const title = waiting[idempotencyKey ?? ""];
      if (title) console.log(title, outcome.status, JSON.stringify(outcome.result)); // else it is of another run
      delete waiting[idempotencyKey ?? ""];
      if (done()) break;
      // Only now that the result has been dealt with. Dying before this brings it again, dying after it does not.
      remember(Object.assign(memory, { cursor }));
      failures = 0;
    }
    if (!done()) throw new Error("the stream has ended");
  } catch (error) {
    if (error instanceof Refused) throw error;
    await pause(failures++, error);
    await call("{ ledgerHead }"); // which says why, if it is a refusal
  }
rmSync(FILE);
