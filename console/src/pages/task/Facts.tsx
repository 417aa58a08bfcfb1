import { Age } from "../../components/Age";
import { JsonView } from "../../components/JsonView";
import { FactsSection } from "./facts/FactsSection";
import { LeaseSection } from "./facts/LeaseSection";
import { OutcomeSection } from "./facts/OutcomeSection";
import { RelatedSection } from "./facts/RelatedSection";
import { relatedOf } from "./facts/related";
import type { TaskReceipt } from "./receipts/steps";
import { Section } from "./Section";
import type { Task } from "./standing/Standing";

/** What is beside a task's life: the newest and most wanted first. */
export function Facts({ task, receipts }: { task: Task; receipts: readonly TaskReceipt[] }) {
  const { outcome, progress, payload, leases, obligation } = task;
  return (
    <div className="task-facts">
      {outcome && <OutcomeSection outcome={outcome} archived={obligation.archived} />}
      {progress && (
        <Section
          title="Progress"
          note={
            <small>
              <Age since={progress.updatedAt} /> ago
            </small>
          }
        >
          <JsonView value={progress.data} open={2} />
        </Section>
      )}
      <Section title="Payload">
        {payload !== null ? (
          <JsonView value={payload} open={1} />
        ) : (
          <p className="muted">{obligation.archived ? "If one was given, it is in the archive." : "None was given."}</p>
        )}
      </Section>
      <RelatedSection id={task.id} related={relatedOf(task.type, obligation, receipts)} />
      <LeaseSection leases={leases.nodes} more={leases.pageInfo.hasNextPage} />
      <FactsSection task={task} />
    </div>
  );
}
