import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { queryKeyOf } from "../../api/query";
import { QueueDocument } from "../../generated/graphql";
import type { QueueFilter } from "../../paths";
import { useSession } from "../../session/context";
import { toTaskFilter, touches } from "./filter";

// The first page is there at once. Further ones are as large as they can be, since all of them are asked for again whenever
// something changes.
const FIRST_PAGE = 50;
const NEXT_PAGE = 200;

/** The tasks that pass the filter, page by page, newest first. */
export function useTasks(filter: QueueFilter) {
  const { post } = useSession();
  const variables = { filter: toTaskFilter(filter), first: FIRST_PAGE };
  return useInfiniteQuery({
    queryKey: queryKeyOf(QueueDocument, variables),
    queryFn: async ({ pageParam, signal }) =>
      (
        await post(
          QueueDocument,
          pageParam === null ? variables : { ...variables, first: NEXT_PAGE, after: pageParam },
          signal,
        )
      ).tasks,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    placeholderData: keepPreviousData,
    meta: { touchedBy: (receipt) => touches(filter, receipt) },
  });
}
