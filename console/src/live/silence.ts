import type { ClientOptions } from "graphql-ws";

const KEEP_ALIVE_MS = 10_000;

/**
 * Options of a client that closes a connection which is gone without a word: it answers no ping. What is to happen when it is
 * connected, or closed, goes in here.
 */
export function closesSilentSockets(on: Pick<NonNullable<ClientOptions["on"]>, "connecting" | "connected" | "closed">) {
  let socket: WebSocket | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return {
    keepAlive: KEEP_ALIVE_MS,
    on: {
      ...on,
      opened: (opened: unknown) => {
        socket = opened as WebSocket;
      },
      ping: (received: boolean) => {
        if (!received) waiting = setTimeout(() => socket?.close(4408, "no pong"), KEEP_ALIVE_MS / 2);
      },
      pong: (received: boolean) => {
        if (received) clearTimeout(waiting);
      },
      closed: (event: unknown) => {
        clearTimeout(waiting);
        on.closed?.(event);
      },
    },
  } satisfies Partial<ClientOptions>;
}
