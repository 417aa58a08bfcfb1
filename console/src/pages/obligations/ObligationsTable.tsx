import { EmptyState } from "../../components/EmptyState";
import { LoadMore } from "../../components/LoadMore";
import { writePrincipal } from "../../components/principal";
import type { ObligationFragment, PrincipalPartsFragment } from "../../generated/graphql";
import { ObligationRow } from "./ObligationRow";
import type { useObligations } from "./useObligations";
import { useRows } from "./useRows";

type Props = {
  open: readonly ObligationFragment[];
  principal: PrincipalPartsFragment;
  more: ReturnType<typeof useObligations>["more"];
};

export function ObligationsTable({ open, principal, more }: Props) {
  const rows = useRows(open);
  if (rows.length === 0) {
    return (
      <EmptyState title="Nothing is owed">
        {writePrincipal(principal)} has no task that is still to be done. Each task that it creates is owed to it here until
        the task has succeeded, failed or been canceled.
      </EmptyState>
    );
  }
  return (
    <>
      <div className="panel">
        <table className="table obligations">
          <thead>
            <tr>
              <th scope="col">Age</th>
              <th scope="col">Task</th>
              <th scope="col">Status</th>
              <th scope="col">Now</th>
              <th scope="col">Attempt</th>
              <th scope="col">
                <span className="offscreen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <ObligationRow key={row.obligation.id} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      <LoadMore {...more} />
    </>
  );
}
