import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { Touch } from "./event";
import { Refresher } from "./refresh";
import { eventOf } from "./testEvent";

/** A query on screen whose answers come when the test gives them. */
function watched(client: QueryClient, name: string, touchedBy: Touch) {
  const asked: ((answer: number) => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: [name],
    queryFn: () => new Promise<number>((resolve) => asked.push(resolve)),
    staleTime: Number.POSITIVE_INFINITY,
    networkMode: "always",
    meta: { touchedBy },
  });
  observer.subscribe(() => {});
  return {
    asked: () => asked.length,
    answer: async (value: number) => {
      asked.at(-1)?.(value);
      await expect.poll(() => observer.getCurrentResult().fetchStatus).toBe("idle");
    },
  };
}

test("only what a receipt touches is asked for again", async () => {
  const client = new QueryClient();
  const refresher = new Refresher(client);
  const touched = watched(client, "touched", ({ type }) => type === "TASK_COMPLETED");
  const other = watched(client, "other", () => false);
  await touched.answer(1);
  await other.answer(1);

  refresher.touch([eventOf(), eventOf({ type: "TASK_COMPLETED" })]);
  expect(refresher.refresh()).toBe(false);
  expect([touched.asked(), other.asked()]).toEqual([2, 1]);
});

test("an answer that was on its way is asked for once more after it came", async () => {
  const client = new QueryClient();
  const refresher = new Refresher(client);
  const query = watched(client, "query", () => true);

  refresher.touch([eventOf()]);
  expect(refresher.refresh()).toBe(true);
  expect(query.asked()).toBe(1);
  await query.answer(1);
  expect(refresher.refresh()).toBe(false);
  expect(query.asked()).toBe(2);
});
