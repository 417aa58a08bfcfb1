import { CheckCheck, CircleDot } from "lucide-react";
import { receiptLook } from "../../components/receipt_look";
import type { LedgerReceiptFragment } from "../../generated/graphql";

/** What has become of a receipt: whether it is still owed, or has been acknowledged. */
export function ReceiptState({ receipt }: { receipt: LedgerReceiptFragment }) {
  const { type, isObligation, terminator, acknowledgement } = receipt;
  return (
    <>
      {isObligation && terminator === null && (
        <span className="receipt-state open">
          <CircleDot aria-hidden />
          Open
        </span>
      )}
      {terminator && (
        <span className="muted" title={`Closed by receipt ${terminator.seq}`}>
          Closed: {receiptLook(terminator.type).name.toLowerCase()}
        </span>
      )}
      {acknowledgement && (
        <span className="receipt-state good" title={`By receipt ${acknowledgement.seq}`}>
          <CheckCheck aria-hidden />
          Acknowledged
        </span>
      )}
      {type === "TASK_RESULT_READY" && acknowledgement === null && <span className="muted">Not acknowledged</span>}
    </>
  );
}
