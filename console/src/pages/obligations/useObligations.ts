import { useInfiniteQuery } from "@tanstack/react-query";
import { queryKeyOf } from "../../api/query";
import { samePrincipal } from "../../components/principal";
import { ObligationsDocument, type PrincipalPartsFragment } from "../../generated/graphql";
import { useSession } from "../../session/context";

// The first page is there at once. Further ones are as large as they can be, since all of them are asked for again whenever
// something changes.
const FIRST_PAGE = 50;
const NEXT_PAGE = 200;

/** The open obligations of a principal, page by page, oldest first. */
export function useObligations(principal: PrincipalPartsFragment) {
  const { post } = useSession();
  const variables = { principal, first: FIRST_PAGE };
  return useInfiniteQuery({
    queryKey: queryKeyOf(ObligationsDocument, variables),
    queryFn: async ({ pageParam, signal }) =>
      (
        await post(
          ObligationsDocument,
          pageParam === null ? variables : { principal, first: NEXT_PAGE, after: pageParam },
          signal,
        )
      ).openObligations,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    // Whatever happens to a task is told to its owner.
    meta: { touchedBy: (receipt) => samePrincipal(receipt.to, principal) },
  });
}
