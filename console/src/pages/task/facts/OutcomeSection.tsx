import { writeInstant } from "../../../clock/duration";
import { JsonView } from "../../../components/JsonView";
import { StatusBadge } from "../../../components/StatusBadge";
import type { TaskPartsFragment } from "../../../generated/graphql";
import { writeError } from "../receipts/summary";
import { Section } from "../Section";
import { ArtifactList } from "./ArtifactList";

/** How the task ended, and what it has brought. */
export function OutcomeSection({
  outcome,
  archived,
}: {
  outcome: NonNullable<TaskPartsFragment["outcome"]>;
  archived: boolean;
}) {
  const { status, result, error, reason, artifacts, completedAt } = outcome;
  const message = writeError(error);
  return (
    <Section title="Outcome" note={<StatusBadge status={status} />}>
      {message !== undefined && <p className="outcome-error">{message}</p>}
      {error !== null && <JsonView value={error} open={1} />}
      {reason !== null && <p>“{reason}”</p>}
      {result !== null && <JsonView value={result} open={2} />}
      {artifacts.length > 0 && <ArtifactList artifacts={artifacts} />}
      {result === null && error === null && reason === null && artifacts.length === 0 && (
        <p className="muted">{nothing(status, archived)}</p>
      )}
      <small>{writeInstant(completedAt)}</small>
    </Section>
  );
}

function nothing(status: string, archived: boolean): string {
  if (archived) return "What it brought has moved to an archive file.";
  return status === "CANCELED" ? "No reason was given." : "Nothing but that it is done.";
}
