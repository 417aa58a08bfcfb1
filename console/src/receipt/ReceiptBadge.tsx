import { receiptLook } from "../components/receipt_look";
import type { ReceiptType } from "../generated/graphql";
import { wireType } from "./wire";

/** What kind of receipt it is: an icon, a word and a colour. */
export function ReceiptBadge({ type }: { type: ReceiptType }) {
  const { icon: Icon, name, tone } = receiptLook(type);
  return (
    <span className={`badge ${tone}`} title={wireType(type)}>
      <Icon aria-hidden />
      {name}
    </span>
  );
}
