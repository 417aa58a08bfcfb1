import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { useSession } from "../session/context";
import { coalesce } from "./coalesce";
import type { LiveEvent, LiveState } from "./event";
import { follow } from "./follow";
import { Refresher } from "./refresh";
import { Tail } from "./tail";
import { webSocketWire } from "./wire";

const INTERVAL_MS = 300;

const LiveContext = createContext<Tail | null>(null);

/** Follows the ledger for as long as the session lasts. It is the only subscription there is. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { credentials, head, signOut } = useSession();
  const client = useQueryClient();
  const [tail] = useState(() => new Tail());

  useEffect(() => {
    if (head === null) {
      tail.setState("off");
      return;
    }
    const abort = new AbortController();
    const refresher = new Refresher(client);
    let planned = false;
    const refresh = () => {
      planned = !abort.signal.aborted && refresher.refresh();
      if (planned) setTimeout(refresh, INTERVAL_MS);
    };
    const take = coalesce<LiveEvent>(INTERVAL_MS, (events) => {
      if (abort.signal.aborted) return;
      tail.add(events);
      refresher.touch(events);
      if (!planned) refresh();
    });
    void follow(
      head,
      webSocketWire(credentials),
      {
        onEvent: take,
        onState: (state) => {
          tail.setState(state);
          // What failed while the server was away has waited for it.
          if (state === "live")
            void client.refetchQueries({ type: "active", predicate: (query) => query.state.status === "error" });
        },
        onGap: () => void client.invalidateQueries(),
        onRefused: (error) => signOut(error.message),
      },
      abort.signal,
    );
    return () => abort.abort();
  }, [client, credentials, head, signOut, tail]);

  return <LiveContext value={tail}>{children}</LiveContext>;
}

/** The newest receipts that came in during the session, oldest first. */
export function useTail(): readonly LiveEvent[] {
  const tail = useTailStore();
  return useSyncExternalStore(tail.subscribe, tail.getEvents);
}

/** How the stream stands. */
export function useLiveState(): LiveState {
  const tail = useTailStore();
  return useSyncExternalStore(tail.subscribe, tail.getState);
}

function useTailStore(): Tail {
  const tail = useContext(LiveContext);
  if (tail === null) throw new Error("nothing is followed here");
  return tail;
}
