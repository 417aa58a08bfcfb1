import { Archive, CheckCheck } from "lucide-react";
import { useActions } from "../../../actions/context";
import { JsonView } from "../../../components/JsonView";
import { ShortId } from "../../../components/ShortId";
import { HashCheck } from "../../../receipt/HashCheck";
import { PartyFacts } from "../../../receipt/PartyFacts";
import { LinkedTask } from "../facts/LinkedTask";
import type { TaskReceipt } from "../receipts/steps";

/** All that a receipt says. */
export function ReceiptDetails({ receipt }: { receipt: TaskReceipt }) {
  const actions = useActions();
  const { id, type, to, hash, body, archived, acknowledgement, children } = receipt;
  const acknowledge = { name: "acknowledge", receipt: { id, type, to } } as const;
  return (
    <div className="receipt-details">
      {archived ? (
        <p className="muted">
          <Archive aria-hidden /> The body is in the archive; its hash is still here.
        </p>
      ) : (
        <JsonView value={body} open={2} />
      )}
      <dl className="receipt-facts">
        <PartyFacts receipt={receipt} />
        <dt>Receipt</dt>
        <dd>
          <ShortId id={id} what="receipt id" />
        </dd>
        <dt>Hash</dt>
        <dd>
          <HashCheck receipt={receipt} compact /> <ShortId id={hash} what="hash" />
        </dd>
      </dl>
      {children.nodes.length > 0 && (
        <div className="receipt-answers">
          <h3>Tasks that answer it</h3>
          {children.nodes.map((child) => child.task && <LinkedTask key={child.id} task={child.task} />)}
        </div>
      )}
      {!acknowledgement && actions.allows(acknowledge) && (
        <button type="button" className="button" onClick={() => actions.open(acknowledge)}>
          <CheckCheck aria-hidden />
          Acknowledge
        </button>
      )}
    </div>
  );
}
