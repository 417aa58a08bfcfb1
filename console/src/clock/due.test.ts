import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SOON_MS, whenDue } from "./due";

const GRACE_MS = 1_000;
const DAY_MS = 24 * 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

test("each instant is announced when it is soon and when it has passed, though nothing came of it", () => {
  const calls: number[] = [];
  whenDue([20_000, 40_000], Date.now, () => calls.push(Date.now()));
  vi.advanceTimersByTime(10 * 60_000);
  expect(calls).toEqual([20_000 - SOON_MS, 20_000 + GRACE_MS, 40_000 - SOON_MS, 40_000 + GRACE_MS]);
  expect(vi.getTimerCount()).toBe(0);
});

test("what has passed is not announced, and what is soon only when it has passed", () => {
  const calls: number[] = [];
  whenDue([-5_000, SOON_MS - 1], Date.now, () => calls.push(Date.now()));
  vi.advanceTimersByTime(10 * 60_000);
  expect(calls).toEqual([SOON_MS - 1 + GRACE_MS]);
});

test("what is further off than a timer can count is announced in its time", () => {
  const calls: number[] = [];
  whenDue([40 * DAY_MS], Date.now, () => calls.push(Date.now()));
  vi.advanceTimersByTime(41 * DAY_MS);
  expect(calls).toEqual([40 * DAY_MS - SOON_MS, 40 * DAY_MS + GRACE_MS]);
});

test("who no longer looks is not called", () => {
  const calls: number[] = [];
  whenDue([20_000], Date.now, () => calls.push(Date.now()))();
  vi.advanceTimersByTime(60_000);
  expect(calls).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
