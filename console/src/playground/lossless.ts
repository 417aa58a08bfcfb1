// GraphiQL shows responses, and sends variables, by way of JSON.parse and JSON.stringify. What JavaScript's numbers can't hold
// goes through both as its own text; a browser without JSON.rawJSON rounds it.
type Context = { source?: string };
type RawJSON = JSON & { rawJSON?(text: string): unknown };

/** A reviver that keeps the digits of every number. */
export function exact(_key: string, value: unknown, context?: Context): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  return (JSON as RawJSON).rawJSON?.(source) ?? value;
}

/** JSON.parse, exactly. */
export function parse(text: string): unknown {
  return JSON.parse(text, exact);
}
