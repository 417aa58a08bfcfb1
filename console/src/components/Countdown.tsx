import { useClock } from "../clock/clock";
import { writeDuration, writeInstant } from "../clock/duration";

const SOON_MS = 15_000;

/** How long until something happens; the text for the time after is the caller's. */
export function Countdown({ until, over = "now" }: { until: string; over?: string }) {
  const end = Date.parse(until);
  const text = useClock((now) => (now < end ? writeDuration(end - now) : over));
  const soon = useClock((now) => end - now < SOON_MS);
  return (
    <time className={soon ? "age soon" : "age"} dateTime={until} title={writeInstant(until)}>
      {text}
    </time>
  );
}
