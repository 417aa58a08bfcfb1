import { CheckCheck } from "lucide-react";
import { Link } from "react-router";
import { useActions } from "../../actions/context";
import { writeInstant } from "../../clock/duration";
import { JsonView } from "../../components/JsonView";
import type { AnswerFragment, LedgerReceiptFragment } from "../../generated/graphql";
import { toTask } from "../../paths";
import { HashFacts } from "../../receipt/HashFacts";
import { PartyFacts } from "../../receipt/PartyFacts";
import { ReceiptBadge } from "../../receipt/ReceiptBadge";

type Props = { receipt: LedgerReceiptFragment; toReceipt: (id: string) => string };

/** All that a receipt says, and how its hash is made. */
export function ReceiptDetails({ receipt, toReceipt }: Props) {
  const { id, createdAt, task, parents, terminator, acknowledgement, body, archived } = receipt;
  return (
    <div className="ledger-receipt">
      <dl className="facts">
        <dt>Receipt</dt>
        <dd>
          <Link to={toReceipt(id)} className="mono">
            {id}
          </Link>
        </dd>
        <dt>Written</dt>
        <dd>{writeInstant(createdAt)}</dd>
        <PartyFacts receipt={receipt} />
        <dt>Task</dt>
        <dd>{task ? <Link to={toTask(task.id)}>{task.type}</Link> : <span className="muted">none</span>}</dd>
        <dt>Answers</dt>
        <dd>
          {parents.length === 0 && <span className="muted">no receipt</span>}
          {parents.map((parent) => (
            <Answer key={parent.id} answer={parent} toReceipt={toReceipt} />
          ))}
        </dd>
        {terminator && (
          <>
            <dt>Closed by</dt>
            <dd>
              <Answer answer={terminator} toReceipt={toReceipt} />
            </dd>
          </>
        )}
        {acknowledgement ? (
          <>
            <dt>Acknowledged</dt>
            <dd>
              <Answer answer={acknowledgement} toReceipt={toReceipt} />
            </dd>
          </>
        ) : (
          <Acknowledge receipt={receipt} />
        )}
        <HashFacts receipt={receipt} />
      </dl>
      <section className="receipt-body" aria-label="Body">
        <h2>Body</h2>
        {archived ? <p className="muted">It has moved to an archive file.</p> : <JsonView value={body} open={2} />}
      </section>
    </div>
  );
}

function Answer({ answer, toReceipt }: { answer: AnswerFragment; toReceipt: (id: string) => string }) {
  return (
    <Link className="receipt-link" to={toReceipt(answer.id)}>
      <ReceiptBadge type={answer.type} />
      <span className="mono">{String(answer.seq)}</span>
    </Link>
  );
}

function Acknowledge({ receipt }: { receipt: LedgerReceiptFragment }) {
  const actions = useActions();
  const acknowledge = { name: "acknowledge", receipt } as const;
  if (!actions.allows(acknowledge)) return null;
  return (
    <>
      <dt>Acknowledged</dt>
      <dd>
        <button type="button" className="button" onClick={() => actions.open(acknowledge)}>
          <CheckCheck aria-hidden />
          Acknowledge
        </button>
      </dd>
    </>
  );
}
