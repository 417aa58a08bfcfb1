import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { queryKeyOf } from "../../api/query";
import { QueueDocument } from "../../generated/graphql";
import type { QueueFilter } from "../../paths";
import { useSession } from "../../session/context";
import { toTaskFilter, touches } from "./filter";

const PAGE_SIZE = 50;

/** The tasks that pass the filter, page by page, newest first. */
export function useTasks(filter: QueueFilter) {
  const { post } = useSession();
  const variables = { filter: toTaskFilter(filter), first: PAGE_SIZE };
  return useInfiniteQuery({
    queryKey: queryKeyOf(QueueDocument, variables),
    queryFn: async ({ pageParam, signal }) => (await post(QueueDocument, { ...variables, after: pageParam }, signal)).tasks,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    placeholderData: keepPreviousData,
    meta: { touchedBy: (receipt) => touches(filter, receipt) },
  });
}
