// Somewhat later than the instant itself: clocks differ, and the server takes leases back every few seconds.
const GRACE_MS = 1_000;
// Timers of browsers count in 32 bits; nobody looks at a page for so long.
const LONGEST_MS = 24 * 3_600_000;

/** What is nearer than this is soon: whoever waits for it, or holds a lease until then, wants to know. */
export const SOON_MS = 15_000;

/**
 * Calls when one of the instants is soon, and when it has passed: each of them, though nothing new comes of the calls before.
 * Returns what ends that.
 */
export function whenDue(instants: readonly number[], now: () => number, onDue: () => void): () => void {
  const calls = instants.flatMap((instant) => [instant - SOON_MS, instant + GRACE_MS]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (after: number) => {
    const next = Math.min(...calls.filter((call) => call > after));
    if (next === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(
      () => {
        // A clock that was set back, or a wait that was too long for a timer: not yet.
        if (now() < next) return wait(after);
        wait(now());
        onDue();
      },
      Math.min(Math.max(0, next - now()), LONGEST_MS),
    );
  };
  wait(now());
  return () => clearTimeout(timer);
}
