import { useSyncExternalStore } from "react";
import { type Credentials, keepCredentials, loadCredentials } from "../session/credentials";

// Key and tenant are the console's too, so that who has signed in there is signed in here. Whom one acts as is the
// playground's own: the examples take turns.
const PLACE = "asyncgate.playground.principal";

let identity: Credentials = { ...loadCredentials(), ...actingAs() };
const listeners = new Set<() => void>();

export function currentIdentity(): Credentials {
  return identity;
}

export function setIdentity(change: Credentials): void {
  identity = { ...identity, ...change };
  const { principal = "", ...shared } = identity;
  sessionStorage.setItem(PLACE, principal);
  keepCredentials({ ...loadCredentials(), ...shared });
  for (const listener of listeners) listener();
}

/** Who asks: for queries and mutations in their headers, for subscriptions in connection_init. */
export function useIdentity(): Credentials {
  return useSyncExternalStore(subscribe, currentIdentity);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function actingAs(): Credentials {
  const principal = sessionStorage.getItem(PLACE);
  return principal === null ? {} : { principal };
}
