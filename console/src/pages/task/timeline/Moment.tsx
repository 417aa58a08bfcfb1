import { ChevronRight } from "lucide-react";
import { useId } from "react";
import { PrincipalName } from "../../../components/PrincipalName";
import { receiptLook } from "../../../components/receipt_look";
import type { TaskReceipt } from "../receipts/steps";
import { summaryOf } from "../receipts/summary";
import { ReceiptDetails } from "./ReceiptDetails";
import { Acknowledged, type Role, RoleTag } from "./tags";
import { useReveal } from "./useReveal";
import { When } from "./When";

type Props = {
  receipt: TaskReceipt;
  /** When the obligation came to be. */
  since: string;
  chosen: boolean;
  role?: Role | undefined;
};

/** One receipt of the timeline; it unfolds to all that it says. */
export function Moment({ receipt, since, chosen, role }: Props) {
  const { element, open, toggle } = useReveal<HTMLLIElement>(chosen);
  const { icon: Icon, name, tone } = receiptLook(receipt.type);
  const details = useId();
  return (
    <li ref={element} className={`moment toned ${tone} ${role ?? ""}`} data-chosen={chosen}>
      <Icon className="moment-icon" aria-hidden />
      <button type="button" className="moment-head" data-row aria-expanded={open} aria-controls={details} onClick={toggle}>
        <span className="moment-line">
          <strong>{name}</strong>
          <span className="moment-seq">#{String(receipt.seq)}</span>
          <span className="moment-who">
            <PrincipalName principal={receipt.from} />
            <span className="muted" role="img" aria-label="to">
              →
            </span>
            <PrincipalName principal={receipt.to} />
          </span>
          <When at={receipt.createdAt} since={since} />
        </span>
        <span className="moment-line">
          <span className="moment-text">{summaryOf(receipt)}</span>
          {role && <RoleTag role={role} />}
          {receipt.acknowledgement && <Acknowledged acknowledgement={receipt.acknowledgement} />}
        </span>
        <ChevronRight className="moment-fold" aria-hidden />
      </button>
      <div id={details} className="moment-details" hidden={!open}>
        {open && <ReceiptDetails receipt={receipt} />}
      </div>
    </li>
  );
}
