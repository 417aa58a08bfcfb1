import { ShieldCheck } from "lucide-react";
import { useSyncExternalStore } from "react";
import type { HashedReceiptFragment } from "../../generated/graphql";
import type { Verdict } from "../../receipt/check";
import { verifier } from "../../receipt/verifier";

/** Checks all receipts that are shown, those out of view too, and tells what came out. */
export function VerifyAll({ receipts }: { receipts: readonly HashedReceiptFragment[] }) {
  const count = (verdict: Verdict) => receipts.filter((receipt) => verifier.of(receipt)?.verdict === verdict).length;
  const verified = useSyncExternalStore(verifier.subscribe, () => count("verified"));
  const archived = useSyncExternalStore(verifier.subscribe, () => count("archived"));
  const refuted = useSyncExternalStore(verifier.subscribe, () => count("refuted"));
  return (
    <div className="verify">
      <span className={refuted > 0 ? "bad" : "muted"} role="status">
        {sumUp({ verified, archived, refuted }, receipts.length)}
      </span>
      <button
        type="button"
        className="button"
        disabled={receipts.length === 0}
        title="Computes the hash of every receipt in the list, here in the browser"
        onClick={() => verifier.again(receipts)}
      >
        <ShieldCheck aria-hidden />
        Verify all shown
      </button>
    </div>
  );
}

function sumUp({ verified, archived, refuted }: Record<Verdict, number>, total: number): string {
  const checked = verified + archived + refuted;
  if (total === 0) return "";
  if (refuted > 0) return `${refuted} not verified, of ${checked} checked`;
  const seen = checked < total ? `${checked} of ${total} checked, all verified` : `All ${total} verified`;
  return archived > 0 ? `${seen}, ${archived} archived` : seen;
}
