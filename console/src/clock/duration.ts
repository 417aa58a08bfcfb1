const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Writes a duration with its two largest units: 8s, 3m 20s, 5h 12m, 4d 7h; from a hundred days on with one. */
export function writeDuration(ms: number): string {
  const left = Math.max(0, Math.floor(ms / SECOND)) * SECOND;
  if (left < MINUTE) return `${left / SECOND}s`;
  if (left < HOUR) return two(left, MINUTE, "m", SECOND, "s");
  if (left < DAY) return two(left, HOUR, "h", MINUTE, "m");
  if (left < 100 * DAY) return two(left, DAY, "d", HOUR, "h");
  return `${Math.floor(left / DAY)}d`;
}

/** Writes how long something took: finer than writeDuration where that matters, as 38ms or 2.4s. */
export function writeSpan(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))}ms`;
  return ms < 10 * SECOND ? `${(Math.floor(ms / 100) / 10).toFixed(1)}s` : writeDuration(ms);
}

/** Writes a duration with its largest unit only: 8s, 3m, 5h, 4d. */
export function writeShortDuration(ms: number): string {
  return writeDuration(ms).split(" ")[0] ?? "";
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)}${largeName}${rest > 0 ? ` ${rest}${smallName}` : ""}`;
}

/** How old something is, for the eye: the tint of an age. */
export type Ripeness = "fresh" | "hours" | "days" | "weeks";

export function ripenessOf(ms: number): Ripeness {
  if (ms < HOUR) return "fresh";
  if (ms < DAY) return "hours";
  return ms < 7 * DAY ? "days" : "weeks";
}

// Made once: a formatter costs more than all that it writes on a page.
const instants = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const times = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** An instant in the reader's own zone, to the second. */
export function writeInstant(instant: string): string {
  return instants.format(new Date(instant));
}

/** The time of day of an instant, in the reader's own zone. */
export function writeTime(instant: string): string {
  return times.format(new Date(instant));
}
