import { useEffect } from "react";
import { serverNow } from "./clock";
import { whenDue } from "./due";

/**
 * Calls when the next of the instants is soon, and when it has passed. Nothing is written to the ledger when a lease is renewed
 * or a delayed task becomes due, so that the stream does not tell.
 */
export function useDue(instants: readonly (string | null)[], onDue: () => void): void {
  const awaited = instants.filter((instant) => instant !== null).join(" ");
  useEffect(() => whenDue(awaited.split(" ").filter(Boolean).map(Date.parse), serverNow, onDue), [awaited, onDue]);
}
