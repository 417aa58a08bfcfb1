import type { Obligation } from "../graph/life";
import type { Step } from "../receipts/steps";
import { Gap } from "./Gap";
import { Moment } from "./Moment";
import { Run } from "./Run";
import "./timeline.css";

type Props = {
  obligation: Obligation;
  steps: readonly Step[];
  chosen: string | undefined;
  loadingEarlier: boolean;
  onLoadEarlier: () => void;
};

/** A task's life in the order of the ledger. */
export function Timeline({ steps, ...shared }: Props) {
  return (
    <ol className="timeline">
      {steps.map((step) => (
        <Item key={step.id} step={step} {...shared} />
      ))}
    </ol>
  );
}

function Item({ step, obligation, chosen, loadingEarlier, onLoadEarlier }: Omit<Props, "steps"> & { step: Step }) {
  const shared = { since: obligation.createdAt, chosen: step.id === chosen };
  switch (step.kind) {
    case "gap":
      return <Gap loading={loadingEarlier} onLoad={onLoadEarlier} />;
    case "run":
      return <Run run={step} {...shared} />;
    case "receipt":
      return <Moment receipt={step.receipt} {...shared} role={roleOf(step.id, obligation)} />;
  }
}

function roleOf(id: string, { id: obligation, terminator }: Obligation) {
  if (id === terminator?.id) return "closes";
  if (id !== obligation) return undefined;
  return terminator ? "closed" : "open";
}
