import { useState } from "react";
import { useApiMutation } from "../api/query";
import { samePrincipal, writePrincipal } from "../components/principal";
import { shortenId } from "../components/ShortId";
import { AcknowledgeReceiptDocument } from "../generated/graphql";
import { useSession } from "../session/context";
import { ActionDone } from "./ActionDone";
import { ActionForm } from "./ActionForm";
import type { ReceiptSubject } from "./action";
import { ReasonField } from "./ReasonField";

export function AcknowledgeDialog({ receipt, onClose }: { receipt: ReceiptSubject; onClose: () => void }) {
  const { viewer } = useSession();
  const [note, setNote] = useState("");
  const acknowledge = useApiMutation(AcknowledgeReceiptDocument);
  const title = "Acknowledge a receipt";
  if (acknowledge.data) {
    const { from } = acknowledge.data.acknowledgeReceipt.acknowledgement;
    const mine = samePrincipal(from, viewer.principal);
    return (
      <ActionDone title={title} wrote={mine} onClose={onClose}>
        {mine ? "The receipt is acknowledged." : `${writePrincipal(from)} had acknowledged it before. Nothing was written.`}
      </ActionDone>
    );
  }
  return (
    <ActionForm
      title={title}
      does={
        <>
          Writes to the ledger that {writePrincipal(viewer.principal)} has taken note of receipt{" "}
          <code>{shortenId(receipt.id)}</code>. It closes nothing: obligations end only when their task does.
        </>
      }
      repeat="the first acknowledgement counts, and nothing more is written."
      submit="Acknowledge"
      busy={acknowledge.isPending}
      error={acknowledge.error}
      onSubmit={() => acknowledge.mutate({ input: { receiptId: receipt.id, note: note.trim() || null } })}
      onClose={onClose}
    >
      <ReasonField label="Note" about="Optional. Anything to add." value={note} onChange={setNote} />
    </ActionForm>
  );
}
