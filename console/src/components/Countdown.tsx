import { useClock } from "../clock/clock";
import { SOON_MS } from "../clock/due";
import { writeDuration, writeInstant } from "../clock/duration";

type Props = {
  until: string;
  /** What is said from then on. */
  over?: string;
  /** Whether something is lost at the end, as a lease is: the last seconds stand out then. */
  urgent?: boolean;
};

/** How long until something happens. */
export function Countdown({ until, over = "now", urgent = false }: Props) {
  const end = Date.parse(until);
  const text = useClock((now) => (now < end ? writeDuration(end - now) : over));
  const soon = useClock((now) => urgent && end - now < SOON_MS);
  return (
    <time className={soon ? "age soon" : "age"} dateTime={until} title={writeInstant(until)}>
      {text}
    </time>
  );
}
