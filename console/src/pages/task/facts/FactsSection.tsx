import { writeInstant } from "../../../clock/duration";
import { PrincipalName } from "../../../components/PrincipalName";
import type { TaskPartsFragment } from "../../../generated/graphql";
import { Section } from "../Section";
import { webAddress } from "./artifact";

const OUTCOMES = { ANY: "any outcome", RESULT: "a result", ARTIFACT: "an artifact" };

/** What was asked for, as it was given on creation. */
export function FactsSection({ task }: { task: TaskPartsFragment }) {
  const { id, createdBy, priority, expectedOutcome, requirements, idempotencyKey, retryBackoffSeconds, maxAttempts } = task;
  return (
    <Section title="As asked for">
      <dl className="facts task-asked">
        <dt>Task</dt>
        <dd className="mono whole-id">{id}</dd>
        <dt>Owner</dt>
        <dd>
          <PrincipalName principal={createdBy} link />
        </dd>
        <dt>Priority</dt>
        <dd>{priority}</dd>
        <dt>Capabilities</dt>
        <dd>
          <Words words={requirements.capabilities} none="any worker will do" />
        </dd>
        <dt>Tags</dt>
        <dd>
          <Words words={requirements.tags} none="none" />
        </dd>
        <dt>Must bring</dt>
        <dd>{OUTCOMES[expectedOutcome]}</dd>
        <dt>Attempts</dt>
        <dd>
          {maxAttempts} at most, first retry after {retryBackoffSeconds} s
        </dd>
        <dt>Idempotency key</dt>
        <dd className={idempotencyKey === null ? "muted" : "mono"}>{idempotencyKey ?? "none"}</dd>
        {task.payloadPointer !== null && (
          <>
            <dt>Payload at</dt>
            <dd>
              <Pointer address={task.payloadPointer} />
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>{writeInstant(task.createdAt)}</dd>
        <dt>Updated</dt>
        <dd>{writeInstant(task.updatedAt)}</dd>
      </dl>
    </Section>
  );
}

function Words({ words, none }: { words: string[]; none: string }) {
  if (words.length === 0) return <span className="muted">{none}</span>;
  return words.map((word) => (
    <span key={word} className="word">
      {word}
    </span>
  ));
}

function Pointer({ address }: { address: string }) {
  const href = webAddress(address);
  if (href === undefined) return <span className="mono">{address}</span>;
  return (
    <a href={href} className="mono" target="_blank" rel="noreferrer noopener">
      {address}
    </a>
  );
}
