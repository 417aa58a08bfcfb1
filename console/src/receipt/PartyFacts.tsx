import { PrincipalName } from "../components/PrincipalName";
import { ShortId } from "../components/ShortId";
import type { HashedReceiptFragment } from "../generated/graphql";

/** Who tells whom, and under which lease. For a list of facts. */
export function PartyFacts({ receipt: { from, to, lease } }: { receipt: HashedReceiptFragment }) {
  return (
    <>
      <dt>From</dt>
      <dd>
        <PrincipalName principal={from} link />
      </dd>
      <dt>To</dt>
      <dd>
        <PrincipalName principal={to} link />
      </dd>
      {lease && (
        <>
          <dt>Lease</dt>
          <dd>
            <ShortId id={lease.id} what="lease id" />
          </dd>
        </>
      )}
    </>
  );
}
