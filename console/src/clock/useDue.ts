import { useEffect } from "react";
import { serverNow } from "./clock";

// Somewhat later than the instant itself: clocks differ, and the server takes leases back every few seconds.
const GRACE_MS = 1_000;
// Timers of browsers count in 32 bits; nobody looks at a page for so long.
const LONGEST_MS = 24 * 3_600_000;

/** What is nearer than this is soon: whoever waits for it, or holds a lease until then, wants to know. */
export const SOON_MS = 15_000;

/**
 * Calls when the next of the instants is soon, and when it has passed. Nothing is written to the ledger when a lease is renewed
 * or a delayed task becomes due, so that the stream does not tell.
 */
export function useDue(instants: readonly (string | null)[], onDue: () => void): void {
  const now = serverNow();
  const coming = instants
    .map((instant) => Date.parse(instant ?? ""))
    .flatMap((time) => [time - SOON_MS, time + GRACE_MS])
    .filter((time) => time > now);
  const next = coming.length > 0 ? Math.min(...coming) : null;
  useEffect(() => {
    if (next === null) return;
    const timer = setTimeout(onDue, Math.min(next - serverNow(), LONGEST_MS));
    return () => clearTimeout(timer);
  }, [next, onDue]);
}
