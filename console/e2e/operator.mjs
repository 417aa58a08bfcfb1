// Whoever runs the server: the Go test that runs the script. It is asked by a line, and answers with one.
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
process.stdin.unref();

export async function ask(what) {
  process.stdin.ref();
  process.stdout.write(`operator: ${what}\n`);
  const { done } = await lines.next();
  process.stdin.unref();
  if (done) throw new Error(`nobody answers: ${what}`);
}
