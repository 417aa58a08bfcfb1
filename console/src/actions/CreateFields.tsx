import type { HTMLAttributes } from "react";
import type { ExpectedOutcome } from "../generated/graphql";
import { type Draft, payloadFault } from "./draft";
import { KeyField } from "./KeyField";

const OUTCOMES: Record<ExpectedOutcome, string> = {
  ANY: "nothing: completing is enough",
  RESULT: "a result that is not null",
  ARTIFACT: "an artifact, or a proof of delivery",
};

type Props = { draft: Draft; onChange: (changed: Partial<Draft>) => void };

/** The fields of a new task; those that most tasks leave alone are folded. */
export function CreateFields({ draft, onChange }: Props) {
  const fault = payloadFault(draft.payload);
  const text = (
    name: keyof Draft,
    label: string,
    about: string,
    inputMode: HTMLAttributes<HTMLInputElement>["inputMode"] = "text",
  ) => (
    <label className="field">
      <span>{label}</span>
      <input
        name={name}
        value={draft[name]}
        inputMode={inputMode}
        {...(inputMode === "numeric" && { pattern: "-?[0-9]*", title: "a whole number" })}
        autoComplete="off"
        spellCheck={false}
        placeholder={about}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </label>
  );
  return (
    <>
      <label className="field">
        <span>Type</span>
        <input
          name="type"
          required
          maxLength={255}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          placeholder="report.write"
          value={draft.type}
          onChange={(event) => onChange({ type: event.target.value })}
        />
      </label>
      <label className="field">
        <span>Payload</span>
        <textarea
          name="payload"
          rows={4}
          spellCheck={false}
          placeholder='{"topic": "open obligations"}'
          aria-invalid={fault !== null}
          value={draft.payload}
          onChange={(event) => onChange({ payload: event.target.value })}
        />
        {fault === null ? (
          <small>JSON; what the worker needs to know.</small>
        ) : (
          <small className="bad">Not JSON yet: {fault}</small>
        )}
      </label>
      <details className="more-fields" open={draft.parentReceiptIds !== ""}>
        <summary>More</summary>
        <div className="form">
          <div className="form-row">
            {text("priority", "Priority", "0; higher is claimed first", "numeric")}
            {text("delaySeconds", "Delay, seconds", "none", "numeric")}
          </div>
          <div className="form-row">
            {text("maxAttempts", "Attempts", "the server's default", "numeric")}
            {text("retryBackoffSeconds", "Backoff, seconds", "the server's default", "numeric")}
          </div>
          <label className="field">
            <span>A completion must bring</span>
            <select
              value={draft.expectedOutcome}
              onChange={(event) => onChange({ expectedOutcome: event.target.value as ExpectedOutcome })}
            >
              {Object.entries(OUTCOMES).map(([outcome, about]) => (
                <option key={outcome} value={outcome}>
                  {about}
                </option>
              ))}
            </select>
          </label>
          <div className="form-row">
            {text("capabilities", "Capabilities", "web, pdf")}
            {text("tags", "Tags", "quarterly, finance")}
          </div>
          {text("parentReceiptIds", "Parent receipts", "ids of the receipts that it answers")}
          <KeyField value={draft.idempotencyKey} onChange={(idempotencyKey) => onChange({ idempotencyKey })} />
        </div>
      </details>
    </>
  );
}
