import { writeInstant, writeSpan, writeTime } from "../../../clock/duration";

/** When something was, by the clock, and how long after the task was assigned. */
export function When({ at, since }: { at: string; since: string }) {
  const after = Date.parse(at) - Date.parse(since);
  return (
    <time className="when" dateTime={at} title={`${writeInstant(at)}\n${at}`}>
      <span className="muted">{writeTime(at)}</span>
      <span className="when-after">+{writeSpan(after)}</span>
    </time>
  );
}
