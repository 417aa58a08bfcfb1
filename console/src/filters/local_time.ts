/** Writes an instant as a field of type datetime-local has it: in the reader's own zone, to the minute. */
export function toLocalTime(instant: string | undefined): string {
  if (instant === undefined) return "";
  const time = new Date(instant);
  const two = (part: number) => String(part).padStart(2, "0");
  const date = [String(time.getFullYear()).padStart(4, "0"), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** Reads what toLocalTime writes. */
export function fromLocalTime(text: string): string | undefined {
  const time = new Date(text);
  return text === "" || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
