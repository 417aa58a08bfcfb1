import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { queryKeyOf } from "../../api/query";
import { GraphForwardDocument } from "../../generated/graphql";
import type { Touch } from "../../live/event";
import { useTail } from "../../live/LiveProvider";
import { useSession } from "../../session/context";
import { type Followed, follow, grow } from "./follow";
import { load, type Scope } from "./load";

// A tail that came too fast to be heard as a whole is a reason to read the graph again, but not all the time.
const REREAD_MS = 1_000;

const isObligation: Touch = ({ type }) => type === "TASK_ASSIGNED";

/**
 * Reads a graph once and then keeps it by what the ledger says: a receipt changes the task that it is about without a
 * request, and after new obligations those behind the last one are asked for.
 */
export function useGraph({ task, before }: Scope) {
  const { post } = useSession();
  const client = useQueryClient();
  const tail = useTail();
  const key = useMemo(() => ["Graph", task, before] as const, [task, before]);

  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<Followed | null> => {
      const last = tail.at(-1);
      const loaded = await load({ task, before }, post, signal);
      return loaded && { ...loaded, heard: last ? Number(last.receipt.seq) : null, torn: false };
    },
    structuralSharing: false,
  });
  const graph = query.data;
  useEffect(() => {
    if (graph) client.setQueryData<Followed | null>(key, (old) => old && follow(old, tail));
  }, [client, graph, key, tail]);

  const torn = graph?.torn ?? false;
  useEffect(() => {
    if (!torn) return;
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey: key }), REREAD_MS);
    return () => clearTimeout(timer);
  }, [client, key, torn]);

  // A page of the past has an end.
  const cursor = before === null ? graph?.cursor : undefined;
  const variables = { after: cursor ?? "" };
  const growth = useQuery({
    queryKey: queryKeyOf(GraphForwardDocument, variables),
    queryFn: ({ signal }) => post(GraphForwardDocument, variables, signal),
    enabled: cursor !== undefined,
    gcTime: 0,
    meta: { touchedBy: isObligation },
  });
  const page = growth.data?.receipts;
  useEffect(() => {
    const end = page?.pageInfo.endCursor;
    if (!page || !end) return;
    client.setQueryData<Followed | null>(key, (old) =>
      old && old.cursor === cursor ? grow(old, page.edges, end, { family: task !== null, tail }) : old,
    );
  }, [client, cursor, key, page, tail, task]);

  return query;
}
