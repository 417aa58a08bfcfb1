import { type Client, createClient } from "graphql-ws";
import { ApiError, readError } from "../api/error";
import type { JsonValue } from "../api/json";
import { post } from "../api/post";
import { LedgerHeadDocument, LedgerTailDocument } from "../generated/graphql";
import { type Credentials, connectionParamsOf } from "../session/credentials";
import type { LiveEvent } from "./event";
import type { Wire } from "./follow";
import { closesSilentSockets } from "./silence";

// A server that can't be asked for longer than this is as good as away.
const ACK_WAIT_MS = 10_000;

/** The stream of receipts over a WebSocket. graphql-ws would repeat a subscription as it was, so it repeats none. */
export function webSocketWire(credentials: Credentials): Wire {
  return {
    open: (after, onOpen, signal) => receipts(credentials, after, onOpen, signal),
    head: async () => (await post(credentials, LedgerHeadDocument, {})).ledgerHead,
    pause,
    now: () => performance.now(),
  };
}

async function* receipts(
  credentials: Credentials,
  after: string,
  onOpen: () => void,
  signal: AbortSignal,
): AsyncGenerator<LiveEvent> {
  const client = createClient({
    url: new URL("/graphql", location.href.replace(/^http/, "ws")).href,
    connectionParams: connectionParamsOf(credentials),
    retryAttempts: 0,
    connectionAckWaitTimeout: ACK_WAIT_MS,
    ...closesSilentSockets({ connected: onOpen }),
  });
  const dispose = () => void client.dispose();
  signal.addEventListener("abort", dispose);
  try {
    yield* events(client, after);
  } finally {
    signal.removeEventListener("abort", dispose);
    dispose();
  }
}

async function* events(client: Client, after: string): AsyncGenerator<LiveEvent> {
  try {
    const stream = client.iterate<{ receipts: LiveEvent }>({ query: LedgerTailDocument.toString(), variables: { after } });
    for await (const { data, errors } of stream) {
      if (errors?.length || !data) throw readError(errors?.[0] as JsonValue | undefined);
      yield data.receipts;
    }
  } catch (thrown) {
    throw streamError(thrown);
  }
}

/** The close codes by which the server says that the credentials are no good; the reason begins with the error's code. */
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;

function streamError(thrown: unknown): unknown {
  if (Array.isArray(thrown)) return readError(thrown[0] as JsonValue);
  if (thrown instanceof CloseEvent && (thrown.code === UNAUTHORIZED || thrown.code === FORBIDDEN)) {
    const code = /^[A-Z_]+(?=: )/.exec(thrown.reason)?.[0] ?? "UNAUTHENTICATED";
    return new ApiError(
      code,
      thrown.reason.slice(code.length).replace(/^: /, "") || "the credentials ended",
      code === "RATE_LIMITED",
    );
  }
  return thrown;
}

/** Waits, but not longer than until the network comes back or somebody looks at the page again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = new AbortController();
    const end = () => {
      clearTimeout(timer);
      done.abort();
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end, { signal: done.signal });
    document.addEventListener("visibilitychange", end, { signal: done.signal });
    signal.addEventListener("abort", end, { signal: done.signal });
  });
}
