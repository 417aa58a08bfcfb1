import { RotateCw } from "lucide-react";
import { newIdempotencyKey } from "./key";

type Props = { value: string; onChange: (value: string) => void };

/** The idempotency key: there from the start, so that a click too many does nothing. */
export function KeyField({ value, onChange }: Props) {
  return (
    <label className="field">
      <span>Idempotency key</span>
      <span className="with-button">
        <input
          className="mono"
          value={value}
          maxLength={255}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
        <button
          type="button"
          className="button icon"
          title="Another key: the next call is another task"
          aria-label="Another key"
          onClick={() => onChange(newIdempotencyKey())}
        >
          <RotateCw aria-hidden />
        </button>
      </span>
    </label>
  );
}
