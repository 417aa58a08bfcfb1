import { usePages } from "../../api/pages";
import { samePrincipal } from "../../components/principal";
import { ObligationsDocument, type PrincipalPartsFragment } from "../../generated/graphql";

/** The open obligations of a principal, page by page, oldest first. Whatever happens to a task is told to its owner. */
export function useObligations(principal: PrincipalPartsFragment) {
  return usePages(
    ObligationsDocument,
    { principal },
    (result) => result.openObligations,
    (receipt) => samePrincipal(receipt.to, principal),
  );
}
