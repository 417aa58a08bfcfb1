/** The variables that make a stream go on behind an event, of those that the document declares. */
export function behind(data: unknown, document: string): Record<string, unknown> {
  const [event] = Object.values((data ?? {}) as Record<string, { cursor?: unknown } | null>);
  if (typeof event?.cursor !== "string") return {};
  const position = { after: event.cursor, unacknowledged: false };
  return Object.fromEntries(Object.entries(position).filter(([name]) => new RegExp(`\\$${name}\\s*:`).test(document)));
}
