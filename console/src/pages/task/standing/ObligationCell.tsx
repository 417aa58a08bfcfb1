import { LockKeyhole, LockKeyholeOpen } from "lucide-react";
import { writeSpan } from "../../../clock/duration";
import { Age } from "../../../components/Age";
import { PrincipalName } from "../../../components/PrincipalName";
import { receiptLook } from "../../../components/receipt_look";
import type { Obligation } from "../graph/life";
import { Cell } from "./Cell";

/** What is owed to whom, or what closed it. */
export function ObligationCell({ obligation: { to, createdAt, terminator } }: { obligation: Obligation }) {
  const owner = <PrincipalName principal={to} link />;
  if (!terminator) {
    return (
      <Cell
        title="Obligation"
        icon={LockKeyholeOpen}
        tone="open"
        lead={
          <>
            Open for <Age since={createdAt} />
          </>
        }
      >
        owed to {owner}
      </Cell>
    );
  }
  const { name, tone } = receiptLook(terminator.type);
  const after = writeSpan(Date.parse(terminator.createdAt) - Date.parse(createdAt));
  return (
    <Cell title="Obligation" icon={LockKeyhole} tone={tone} lead={`Closed: ${name.toLowerCase()}`}>
      by #{String(terminator.seq)} after {after}; owed to {owner}
    </Cell>
  );
}
