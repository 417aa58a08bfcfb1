import { useSyncExternalStore } from "react";

/** How the subscription that runs stands with the server. */
export type Connection = "none" | "connecting" | "listening" | "reconnecting";

let connection: Connection = "none";
const listeners = new Set<() => void>();

export function setConnection(to: Connection) {
  connection = to;
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
