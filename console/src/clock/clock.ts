import { useSyncExternalStore } from "react";

// One clock ticks for all ages and countdowns on the page, and only while something shows one.
const TICK_MS = 1_000;

// Leases run out by the server's clock. Its Date header has whole seconds: what is nearer than that is taken as equal.
const NOTICEABLE_MS = 2_000;

let offset = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The time by the server's clock, in milliseconds. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** Takes note of an answer's Date header. */
export function observeServerTime(date: string | null): void {
  const difference = date === null ? Number.NaN : Date.parse(date) - Date.now();
  if (Number.isNaN(difference)) return;
  offset = Math.abs(difference) < NOTICEABLE_MS ? 0 : difference;
}

/** Returns what read makes of the time, anew whenever that changes. */
export function useClock<Reading extends string | number | boolean>(read: (now: number) => Reading): Reading {
  return useSyncExternalStore(subscribe, () => read(serverNow()));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
