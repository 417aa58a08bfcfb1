import { type ReactNode, useMemo } from "react";
import { ErrorState } from "../../components/ErrorState";
import { Skeleton } from "../../components/Skeleton";
import { LifeGraph } from "./graph/LifeGraph";
import { receiptsOf, stepsOf } from "./receipts/steps";
import type { useReceipts } from "./receipts/useReceipts";
import { Section } from "./Section";
import type { Task } from "./standing/Standing";
import { ReceiptDetails } from "./timeline/ReceiptDetails";
import { Timeline } from "./timeline/Timeline";

// In the graph two reports of progress are one place already; in the timeline a few are worth a line each.
const GRAPH_RUN = 2;
const TIMELINE_RUN = 4;

type Props = {
  task: Task;
  life: ReturnType<typeof useReceipts>;
  chosen: string | undefined;
  onChoose: (id: string) => void;
  /** Stands in the head. */
  controls?: ReactNode;
};

/** A task's life as a graph. Without a timeline beside it, what was chosen is shown below. */
export function GraphSection({ task, life, chosen, onChoose, controls, alone }: Props & { alone: boolean }) {
  const steps = useMemo(() => stepsOf(life.receipts, GRAPH_RUN, life.gapBefore), [life.receipts, life.gapBefore]);
  const step = alone ? steps.find(({ id }) => id === chosen) : undefined;
  const receipt = step && receiptsOf(step).at(-1);
  return (
    <Section title="Life" note={controls}>
      <Loaded life={life}>
        <LifeGraph
          obligation={task.obligation}
          steps={steps}
          leases={task.leases.nodes}
          chosen={chosen}
          onChoose={onChoose}
          onLoadEarlier={life.loadEarlier}
        />
        {receipt && <ReceiptDetails receipt={receipt} />}
      </Loaded>
    </Section>
  );
}

/** A task's life as a list. */
export function TimelineSection({ task, life, chosen, controls }: Omit<Props, "onChoose">) {
  const steps = useMemo(() => stepsOf(life.receipts, TIMELINE_RUN, life.gapBefore), [life.receipts, life.gapBefore]);
  return (
    <Section title="Timeline" note={controls}>
      <Loaded life={life}>
        <Timeline
          obligation={task.obligation}
          steps={steps}
          chosen={chosen}
          loadingEarlier={life.loadingEarlier}
          onLoadEarlier={life.loadEarlier}
        />
      </Loaded>
    </Section>
  );
}

function Loaded({ life, children }: { life: Props["life"]; children: ReactNode }) {
  if (life.receipts.length > 0) return children;
  if (life.error) return <ErrorState error={life.error} onRetry={life.retry} />;
  return <Skeleton rows={4} />;
}
