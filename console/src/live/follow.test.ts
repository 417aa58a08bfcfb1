import { describe, expect, test } from "vitest";
import { ApiError, UNREACHABLE } from "../api/error";
import type { LiveEvent, LiveState } from "./event";
import { follow, pauseAfter, type Wire } from "./follow";
import { eventOf } from "./testEvent";

/** A stream as the test plays it: what it brings, and how it ends. */
type Stream = { brings: string[]; ends?: ApiError; opens?: boolean; lasts?: number };

/** Follows streams that are played one after another, and says what came of it. When none is left, following ends. */
async function play(streams: Stream[], head: () => Promise<string> = async () => "head") {
  const abort = new AbortController();
  const seen = {
    after: [] as string[],
    events: [] as string[],
    states: [] as LiveState[],
    pauses: [] as number[],
    gaps: 0,
    refused: "",
  };
  let now = 0;
  const wire: Wire = {
    async *open(after, onOpen) {
      const stream = streams.shift();
      if (stream === undefined) return abort.abort();
      seen.after.push(after);
      if (stream.opens !== false) onOpen();
      yield* stream.brings.map((cursor) => eventOf({ cursor }));
      now += stream.lasts ?? 0;
      if (stream.ends) throw stream.ends;
    },
    head,
    pause: async (ms) => {
      seen.pauses.push(ms);
    },
    now: () => now,
  };
  await follow(
    "start",
    wire,
    {
      onEvent: (event: LiveEvent) => seen.events.push(event.cursor),
      onState: (state) => seen.states.push(state),
      onGap: () => seen.gaps++,
      onRefused: (error) => {
        seen.refused = error.code;
      },
    },
    abort.signal,
  );
  return seen;
}

const lost = new ApiError(UNREACHABLE, "the socket closed", true);

describe("following the ledger", () => {
  test("goes on behind the last receipt whenever the stream ends", async () => {
    const seen = await play([
      { brings: ["1", "2"], ends: lost },
      { brings: [], ends: lost },
      { brings: ["3"] },
      { brings: ["4"] },
    ]);
    expect(seen.after).toEqual(["start", "2", "2", "3"]);
    expect(seen.events).toEqual(["1", "2", "3", "4"]);
    expect(seen.pauses).toHaveLength(4);
    expect(seen.gaps).toBe(0);
  });

  test("says how it stands", async () => {
    const seen = await play([{ brings: [], ends: lost }, { brings: [], ends: lost, opens: false }, { brings: [] }]);
    expect(seen.states).toEqual(["connecting", "live", "reconnecting", "reconnecting", "live", "reconnecting"]);
  });

  test.each(["SUBSCRIBER_TOO_SLOW", "UNAVAILABLE", "INTERNAL", "RATE_LIMITED"])("comes back after %s", async (code) => {
    const seen = await play([{ brings: ["1"], ends: new ApiError(code, "later", true) }, { brings: ["2"] }]);
    expect(seen.after).toEqual(["start", "1"]);
    expect(seen.events).toEqual(["1", "2"]);
  });

  test("comes back less and less often to a server that lets it in and ends the stream at once", async () => {
    const refused = new ApiError("UNAVAILABLE", "later", true);
    const seen = await play([
      ...Array.from({ length: 4 }, () => ({ brings: [], ends: refused })),
      { brings: [], lasts: 10_000, ends: refused },
      { brings: [], ends: refused },
      { brings: ["1"], ends: refused },
    ]);
    const failures = [0, 1, 2, 3, 0, 1, 0];
    expect(seen.pauses).toHaveLength(failures.length);
    for (const [at, each] of failures.entries()) {
      expect(seen.pauses[at]).toBeGreaterThanOrEqual(pauseAfter(each, () => 0));
      expect(seen.pauses[at]).toBeLessThanOrEqual(pauseAfter(each, () => 1));
    }
  });

  test.each(["UNAUTHENTICATED", "FORBIDDEN"])("ends with %s", async (code) => {
    const seen = await play([{ brings: ["1"], ends: new ApiError(code, "no", false) }, { brings: ["2"] }]);
    expect(seen.events).toEqual(["1"]);
    expect(seen.refused).toBe(code);
    expect(seen.states.at(-1)).toBe("off");
  });

  test("begins at the head of another ledger, and says that something was missed", async () => {
    const unknown = new ApiError("BAD_USER_INPUT", "the cursor is beyond the newest receipt", false);
    const seen = await play([{ brings: ["9"], ends: unknown }, { brings: ["1"] }], async () => "0");
    expect(seen.after).toEqual(["start", "0"]);
    expect(seen.gaps).toBe(1);
  });

  test("keeps its cursor while the head can't be read", async () => {
    const unknown = new ApiError("BAD_USER_INPUT", "the cursor is beyond the newest receipt", false);
    const seen = await play([{ brings: [], ends: unknown }, { brings: [] }], () => Promise.reject(lost));
    expect(seen.after).toEqual(["start", "start"]);
    expect(seen.gaps).toBe(0);
  });
});

test("pauses grow up to ten seconds, each with a random part", () => {
  const longest = [0, 1, 2, 10, 1_000].map((failures) => pauseAfter(failures, () => 1));
  expect(longest).toEqual([250, 500, 1_000, 10_000, 10_000]);
  expect(pauseAfter(0, () => 0)).toBe(125);
});
