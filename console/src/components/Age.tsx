import { useClock } from "../clock/clock";
import { ripenessOf, writeDuration, writeInstant, writeShortDuration } from "../clock/duration";

type Props = {
  since: string;
  tinted?: boolean;
  /** With one unit only. */
  short?: boolean;
};

/** How long ago something was, ticking; tinted by how long when asked to. */
export function Age({ since, tinted = false, short = false }: Props) {
  const start = Date.parse(since);
  const write = short ? writeShortDuration : writeDuration;
  const text = useClock((now) => write(now - start));
  const ripeness = useClock((now) => ripenessOf(now - start));
  return (
    <time className={tinted ? `age tinted ${ripeness}` : "age"} dateTime={since} title={writeInstant(since)}>
      {text}
    </time>
  );
}
