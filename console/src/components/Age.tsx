import { useClock } from "../clock/clock";
import { ripenessOf, writeDuration, writeInstant } from "../clock/duration";

/** How long ago something was, ticking; tinted by how long when asked to. */
export function Age({ since, tinted = false }: { since: string; tinted?: boolean }) {
  const start = Date.parse(since);
  const text = useClock((now) => writeDuration(now - start));
  const ripeness = useClock((now) => ripenessOf(now - start));
  return (
    <time className={tinted ? `age tinted ${ripeness}` : "age"} dateTime={since} title={writeInstant(since)}>
      {text}
    </time>
  );
}
