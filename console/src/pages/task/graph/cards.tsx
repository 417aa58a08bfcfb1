import { Link2, LockKeyhole, LockKeyholeOpen } from "lucide-react";
import { Link } from "react-router";
import type { Integer } from "../../../api/json";
import { writeSpan } from "../../../clock/duration";
import { Age } from "../../../components/Age";
import { writePrincipal } from "../../../components/principal";
import { receiptLook } from "../../../components/receipt_look";
import { shortenId } from "../../../components/ShortId";
import { StatusBadge } from "../../../components/StatusBadge";
import type { LinkedTaskPartsFragment } from "../../../generated/graphql";
import { toTask } from "../../../paths";
import { textOf } from "../receipts/inline";
import type { Step } from "../receipts/steps";
import { summaryOf } from "../receipts/summary";
import type { Acknowledgement, Obligation } from "./life";

type Choosable = { chosen: boolean; onChoose: (id: string) => void };

/** The obligation: open, or closed by what. */
export function ObligationCard({ obligation, chosen, onChoose }: { obligation: Obligation } & Choosable) {
  const { id, seq, createdAt, to, terminator } = obligation;
  const look = terminator && receiptLook(terminator.type);
  const Icon = terminator ? LockKeyhole : LockKeyholeOpen;
  return (
    <button
      type="button"
      className={`toned life-card obligation ${look?.tone ?? "open"}`}
      aria-pressed={chosen}
      onClick={() => onChoose(id)}
    >
      <span className="life-card-head">
        <Icon aria-hidden />
        <span>Obligation</span>
        <span className="life-state">{look ? `closed: ${look.name.toLowerCase()}` : "open"}</span>
      </span>
      <span className="life-card-text">owed to {writePrincipal(to)}</span>
      <span className="life-card-foot">
        {terminator ? (
          <>
            closed by #{String(terminator.seq)} after {after(createdAt, terminator.createdAt)}
          </>
        ) : (
          <>
            open for <Age since={createdAt} />
          </>
        )}
        <Seq of={seq} />
      </span>
    </button>
  );
}

type StepProps = { step: Exclude<Step, { kind: "gap" }>; closes: boolean; since: string } & Choosable;

/** A receipt, or reports of progress that follow one another. */
export function StepCard({ step, closes, since, chosen, onChoose }: StepProps) {
  const receipt = step.kind === "run" ? step.latest : step.receipt;
  const { icon: Icon, name, tone } = receiptLook(receipt.type);
  const summary = summaryOf(receipt);
  return (
    <button
      type="button"
      className={`toned life-card ${tone}${closes ? " closes" : ""}`}
      title={`${name}: ${summary}`}
      aria-pressed={chosen}
      onClick={() => onChoose(step.id)}
    >
      <span className="life-card-head">
        <Icon aria-hidden />
        <span>{name}</span>
        {step.kind === "run" && <span className="life-count">×{step.receipts.length}</span>}
      </span>
      <span className="life-card-text">{summary}</span>
      <span className="life-card-foot">
        <span className="life-note">+{after(since, receipt.createdAt)}</span>
        {closes && <span className="life-closes">closes it</span>}
        <Seq of={receipt.seq} />
      </span>
    </button>
  );
}

/** That somebody has taken note of a receipt. */
export function AcknowledgementCard({
  acknowledgement,
  onChoose,
}: {
  acknowledgement: Acknowledgement;
  onChoose: () => void;
}) {
  const { icon: Icon, name, tone } = receiptLook("RECEIPT_ACKNOWLEDGED");
  const who = writePrincipal(acknowledgement.from);
  return (
    <button type="button" className={`toned life-card ${tone}`} title={`${name} by ${who}`} onClick={onChoose}>
      <span className="life-card-head">
        <Icon aria-hidden />
        <span>{name}</span>
      </span>
      <span className="life-card-text">by {who}</span>
      <span className="life-card-foot">
        <span className="life-note">{textOf(acknowledgement.body, "note") ?? "without a note"}</span>
        <Seq of={acknowledgement.seq} />
      </span>
    </button>
  );
}

/** A task beside this one. */
export function LinkCard({ task }: { task: LinkedTaskPartsFragment }) {
  return (
    <Link className="toned life-card link" to={toTask(task.id)} title={`${task.type}\n${task.id}`}>
      <span className="life-card-head">
        <Link2 aria-hidden />
        <span>{task.type}</span>
      </span>
      <span className="life-card-text">
        <code>{shortenId(task.id)}</code> {writePrincipal(task.createdBy)}
      </span>
      <span className="life-card-foot">
        <StatusBadge status={task.status} />
      </span>
    </Link>
  );
}

function Seq({ of }: { of: Integer }) {
  return <span className="life-seq">#{String(of)}</span>;
}

function after(from: string, to: string): string {
  return writeSpan(Date.parse(to) - Date.parse(from));
}
