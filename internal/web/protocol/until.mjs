import { setTimeout } from 'node:timers/promises';

// until waits for what must come; only a test that fails waits long.
export async function until(what, holds) {
  for (const deadline = Date.now() + 20_000; !(await holds()); await setTimeout(5)) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
  }
}

// gate is a promise that is opened from outside.
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}
