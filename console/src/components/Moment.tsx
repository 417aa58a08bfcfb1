import { useClock } from "../clock/clock";
import { writeInstant } from "../clock/duration";
import { writeMoment } from "../clock/moment";

/** When something was, to the second. */
export function Moment({ at }: { at: string }) {
  const text = useClock((now) => writeMoment(at, now));
  return (
    <time className="age" dateTime={at} title={writeInstant(at)}>
      {text}
    </time>
  );
}
