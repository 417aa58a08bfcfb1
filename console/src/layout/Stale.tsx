import { type Query, useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { useLiveState } from "../live/LiveProvider";

const AGAIN_MS = 10_000;

/** Says that something of the page could not be brought up to date, though the server answers, and tries again by itself. */
export function Stale() {
  const client = useQueryClient();
  const away = useLiveState() === "reconnecting";
  const cache = client.getQueryCache();
  const error = useSyncExternalStore(cache.subscribe, () => cache.findAll(failed)[0]?.state.error ?? null);

  useEffect(() => {
    if (error === null) return;
    const timer = setInterval(() => void client.refetchQueries(failed), AGAIN_MS);
    return () => clearInterval(timer);
  }, [client, error]);

  if (error === null || away) return null;
  return (
    <p className="notice floating" role="status">
      <TriangleAlert aria-hidden />
      <span>
        What is shown may be old, the server does not tell what is new: <code>{error.code}</code>, {error.message}
      </span>
    </p>
  );
}

/** What is on the page and was, but is not any more. A further page that did not come is told of where it was asked for. */
const failed = {
  type: "active",
  predicate: ({ state }: Query) =>
    state.status === "error" && state.data !== undefined && state.fetchMeta?.fetchMore === undefined,
} as const;
