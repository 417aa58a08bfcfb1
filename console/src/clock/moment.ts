const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const today = new Intl.DateTimeFormat(undefined, TIME);
const otherDay = new Intl.DateTimeFormat(undefined, { ...TIME, day: "numeric", month: "short" });

/** Writes when something was, in the reader's own zone: to the second, and on which day when it was not today. */
export function writeMoment(instant: string, now: number): string {
  const time = new Date(instant);
  return (time.toDateString() === new Date(now).toDateString() ? today : otherDay).format(time);
}
