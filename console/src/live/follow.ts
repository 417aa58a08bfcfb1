import { type ApiError, asApiError } from "../api/error";
import type { LiveEvent, LiveState } from "./event";

/** What following the ledger needs of the world around it. */
export type Wire = {
  /** Streams what is written behind the cursor. Ends, or throws an ApiError, when the stream does. */
  open: (after: string, onOpen: () => void, signal: AbortSignal) => AsyncIterable<LiveEvent>;
  /** The cursor behind the newest receipt. */
  head: () => Promise<string>;
  /** Waits before the next attempt; earlier when there is reason to hope. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  now: () => number;
};

export type Listener = {
  onEvent: (event: LiveEvent) => void;
  onState: (state: LiveState) => void;
  /** The stream could not go on where it stopped: whatever was read before may be stale. */
  onGap: () => void;
  /** The server will not have this caller any more. */
  onRefused: (error: ApiError) => void;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Follows the ledger from a cursor on until it is aborted or refused. Whenever the stream ends it goes on behind the last
 * receipt that arrived, so that none is missed and none comes twice.
 */
export async function follow(start: string, wire: Wire, listener: Listener, signal: AbortSignal): Promise<void> {
  let cursor = start;
  let failures = 0;
  listener.onState("connecting");
  while (!signal.aborted) {
    let openedAt = Number.POSITIVE_INFINITY;
    try {
      const onOpen = () => {
        openedAt = wire.now();
        listener.onState("live");
      };
      for await (const event of wire.open(cursor, onOpen, signal)) {
        cursor = event.cursor;
        failures = 0;
        listener.onEvent(event);
      }
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asApiError(thrown);
      if (isRefusal(error)) {
        listener.onState("off");
        listener.onRefused(error);
        return;
      }
      if (error.code === "BAD_USER_INPUT") cursor = await restart(cursor, wire, listener);
    }
    if (signal.aborted) return;
    // A server may let in whom it then has nothing to tell, again and again: only what lasts is no failure.
    if (wire.now() - openedAt >= LONGEST_PAUSE_MS) failures = 0;
    listener.onState("reconnecting");
    await wire.pause(pauseAfter(failures++), signal);
  }
}

/** A cursor that the ledger does not know is one of another ledger: the database is another than before. */
async function restart(cursor: string, wire: Wire, listener: Listener): Promise<string> {
  try {
    const head = await wire.head();
    listener.onGap();
    return head;
  } catch {
    return cursor;
  }
}

function isRefusal(error: ApiError): boolean {
  return error.code === "UNAUTHENTICATED" || error.code === "FORBIDDEN";
}

/** Doubles from one failure to the next; a random part keeps many readers from coming back at one moment. */
export function pauseAfter(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
  return longest * (0.5 + random() / 2);
}
