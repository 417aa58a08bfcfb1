import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { queryKeyOf } from "../../api/query";
import { LedgerPageDocument, type LedgerPageQueryVariables } from "../../generated/graphql";
import { useTail } from "../../live/LiveProvider";
import { KEPT } from "../../live/tail";
import type { LedgerFilter } from "../../paths";
import { useSession } from "../../session/context";
import { passes, toReceiptFilter } from "./filter";
import { answered, type Ledger, newerThan, opened, withNewer, withOlder } from "./ledger";

const PAGE = 50;
// So many at once, while the ledger is followed; when there are more, it is opened anew at its end.
const CATCH_UP = 200;

/**
 * The end of the ledger. While it is followed, what is written is read as the stream tells of it; each receipt is read once.
 * Else it is counted, until somebody wants to see it.
 */
export function useLedger(filter: LedgerFilter, following: boolean) {
  const { post } = useSession();
  const client = useQueryClient();
  const events = useTail();
  const variables = useMemo(() => ({ filter: toReceiptFilter(filter) }), [filter]);
  const queryKey = useMemo(() => queryKeyOf(LedgerPageDocument, variables), [variables]);

  const read = async (range: Omit<LedgerPageQueryVariables, "filter">, signal?: AbortSignal) =>
    (await post(LedgerPageDocument, { ...variables, ...range }, signal)).receipts;
  const change = (next: (ledger: Ledger) => Ledger) =>
    client.setQueryData<Ledger>(queryKey, (ledger) => ledger && next(ledger));

  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => opened(await read({ last: PAGE }, signal)),
    refetchOnMount: "always",
    structuralSharing: false,
  });
  const ledger = query.data;

  const newer = useMutation({
    // The last receipt that is known to be missing: when it is still missing afterwards, it is not asked for again and again.
    mutationFn: async (_upTo: unknown) => {
      if (ledger === undefined || ledger.hasNewer) return query.refetch();
      const page = await read({ first: CATCH_UP, after: ledger.rows[0]?.cursor ?? null });
      return page.pageInfo.hasNextPage ? query.refetch() : change((before) => withNewer(before, page));
    },
  });
  const older = useMutation({
    mutationFn: async (before: string) => {
      const page = await read({ last: PAGE, before });
      change((now) => withOlder(now, before, page));
    },
  });

  const waiting = useMemo(
    () => (ledger ? newerThan(ledger, events, ({ receipt }) => passes(filter, receipt)) : []),
    [ledger, events, filter],
  );
  const upTo = waiting.at(-1)?.cursor;
  const { mutate: readNewer, isPending: isReadingNewer, variables: lastUpTo } = newer;
  useEffect(() => {
    if (following && upTo !== undefined && upTo !== lastUpTo && !isReadingNewer) readNewer(upTo);
  }, [following, upTo, lastUpTo, isReadingNewer, readNewer]);

  useEffect(() => {
    if (ledger === undefined) return;
    const next = answered(ledger, events);
    if (next !== ledger) client.setQueryData<Ledger>(queryKey, next);
  }, [client, queryKey, ledger, events]);

  const last = ledger?.hasOlder ? ledger.rows.at(-1)?.cursor : undefined;
  return {
    query,
    ledger,
    /** How many are missing at the newest end, or more than that; none while they are being read. */
    waiting: isReadingNewer ? 0 : waiting.length,
    /** Whether more may be missing than the tail remembers. */
    waitingMore: waiting.length > 0 && waiting[0] === events[0] && events.length >= KEPT,
    readNewer: () => readNewer(upTo),
    /** The page before, for LoadMore. */
    older: {
      load: last === undefined ? undefined : () => older.mutate(last),
      loading: older.isPending,
      error: older.error,
    },
  };
}
