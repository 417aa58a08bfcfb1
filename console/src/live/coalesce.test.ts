import { expect, test } from "vitest";
import { coalesce } from "./coalesce";

/** A clock that goes on when the test says so. */
function testTimer() {
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  return {
    timer: (run: () => void, ms: number) => void due.push({ at: now + ms, run }),
    pass: (ms: number) => {
      now += ms;
      const ready = due.filter(({ at }) => at <= now);
      due = due.filter(({ at }) => at > now);
      for (const { run } of ready) run();
    },
  };
}

test("what comes together is handed over together, and once in an interval at most", () => {
  const { timer, pass } = testTimer();
  const flushed: number[][] = [];
  const take = coalesce<number>(300, (items) => flushed.push(items), timer);

  take(1);
  take(2);
  expect(flushed).toEqual([]);
  pass(0);
  expect(flushed).toEqual([[1, 2]]);

  take(3);
  pass(100);
  take(4);
  pass(199);
  expect(flushed).toEqual([[1, 2]]);
  pass(1);
  expect(flushed).toEqual([
    [1, 2],
    [3, 4],
  ]);

  pass(300);
  pass(1_000);
  take(5);
  pass(0);
  expect(flushed.at(-1)).toEqual([5]);
});
