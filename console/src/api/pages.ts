import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { TypedDocumentString } from "../generated/graphql";
import type { Touch } from "../live/event";
import { useSession } from "../session/context";
import { queryKeyOf } from "./query";

// The first page is there at once. Further ones are as large as they can be, since all of them are asked for again whenever
// something changes.
const FIRST_PAGE = 50;
const NEXT_PAGE = 200;

type Page<Node> = { nodes: Node[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

type Paging = { first: number; after?: string | null };

/** Asks for a list page by page, and for all its pages again when the ledger says that it has changed. */
export function usePages<Result, Variables extends Paging, Node>(
  document: TypedDocumentString<Result, Variables>,
  variables: Omit<Variables, keyof Paging>,
  pageOf: (result: Result) => Page<Node>,
  touchedBy: Touch,
) {
  const { post } = useSession();
  const query = useInfiniteQuery({
    queryKey: queryKeyOf(document, variables as Variables),
    queryFn: async ({ pageParam, signal }) => {
      const paging: Paging = pageParam === null ? { first: FIRST_PAGE } : { first: NEXT_PAGE, after: pageParam };
      return pageOf(await post(document, { ...variables, ...paging } as Variables, signal));
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    placeholderData: keepPreviousData,
    meta: { touchedBy },
  });
  return {
    ...query,
    /** For LoadMore. */
    more: {
      load: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
      loading: query.isFetchingNextPage,
      error: query.isFetchNextPageError ? query.error : null,
    },
  };
}
