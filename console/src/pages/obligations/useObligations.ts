import { useInfiniteQuery } from "@tanstack/react-query";
import { queryKeyOf } from "../../api/query";
import { samePrincipal } from "../../components/principal";
import { ObligationsDocument, type PrincipalPartsFragment } from "../../generated/graphql";
import { useSession } from "../../session/context";

const PAGE_SIZE = 50;

/** The open obligations of a principal, page by page, oldest first. */
export function useObligations(principal: PrincipalPartsFragment) {
  const { post } = useSession();
  const variables = { principal, first: PAGE_SIZE };
  return useInfiniteQuery({
    queryKey: queryKeyOf(ObligationsDocument, variables),
    queryFn: async ({ pageParam, signal }) =>
      (await post(ObligationsDocument, { ...variables, after: pageParam }, signal)).openObligations,
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    // Whatever happens to a task is told to its owner.
    meta: { touchedBy: (receipt) => samePrincipal(receipt.to, principal) },
  });
}
