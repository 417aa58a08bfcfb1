import { ArrowRight, ChevronRight } from "lucide-react";
import { type MouseEvent, memo } from "react";
import { Link } from "react-router";
import { Moment } from "../../components/Moment";
import { PrincipalName } from "../../components/PrincipalName";
import { ShortId } from "../../components/ShortId";
import type { LedgerReceiptFragment } from "../../generated/graphql";
import { toTask } from "../../paths";
import { HashCheck } from "../../receipt/HashCheck";
import { ReceiptBadge } from "../../receipt/ReceiptBadge";
import { ReceiptDetails } from "./ReceiptDetails";
import { ReceiptState } from "./ReceiptState";

type Props = {
  receipt: LedgerReceiptFragment;
  unfolded: boolean;
  onToggle: (id: string) => void;
  /** The address of a receipt. */
  toReceipt: (id: string) => string;
};

/** One receipt of the ledger, and all of it when it is unfolded. */
export const LedgerRow = memo(function LedgerRow({ receipt, unfolded, onToggle, toReceipt }: Props) {
  const { id, seq, createdAt, type, from, to, task, hash } = receipt;
  const toggle = (event: MouseEvent) => {
    const chosen = (event.target as Element).closest("a, button") !== null || getSelection()?.isCollapsed === false;
    if (!chosen) onToggle(id);
  };
  return (
    <>
      <tr className={unfolded ? "ledger-row unfolded" : "ledger-row"} onClick={toggle}>
        <td className="number mono">{String(seq)}</td>
        <td className="written">
          <Moment at={createdAt} />
        </td>
        <td className="lead">
          <Link data-row={id} to={task ? toTask(task.id) : toReceipt(id)}>
            <ReceiptBadge type={type} />
          </Link>
        </td>
        <td className="ways">
          <div className="ledger-ways">
            <PrincipalName principal={from} link />
            <ArrowRight aria-label="to" />
            <PrincipalName principal={to} link />
          </div>
        </td>
        <td className="task">
          {task && (
            <div className="ledger-task">
              <Link to={toTask(task.id)} title={task.type}>
                {task.type}
              </Link>
              <ShortId id={task.id} what="task id" />
            </div>
          )}
        </td>
        <td className="hash">
          <HashCheck receipt={receipt} compact />
          <ShortId id={hash} what="hash" />
        </td>
        <td className="became">
          <ReceiptState receipt={receipt} />
        </td>
        <td className="fold">
          <button
            type="button"
            className="button quiet icon"
            aria-expanded={unfolded}
            aria-label={`Receipt ${seq}`}
            title={unfolded ? "Fold (x)" : "Unfold (x)"}
            onClick={() => onToggle(id)}
          >
            <ChevronRight aria-hidden />
          </button>
        </td>
      </tr>
      {unfolded && (
        <tr className="ledger-details">
          <td colSpan={8}>
            <ReceiptDetails receipt={receipt} toReceipt={toReceipt} />
          </td>
        </tr>
      )}
    </>
  );
});
