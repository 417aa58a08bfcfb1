// Sends a document and hands over each response as text: one, or those of an event stream. The text is never parsed into
// numbers here: the API's integers have more digits than a browser's numbers.

// execute calls onResponse(text) for each response and returns how it ended: {status, type, complete}. Rejects when the
// connection fails; an AbortSignal stops it.
export async function execute({ query, variables, headers, signal, onResponse, onOpen }) {
  const variablesText = variables.trim() || "null";
  JSON.parse(variablesText); // only to say early what is wrong with it; what is sent is the text itself
  const response = await post(query, variablesText, headers, signal);
  const type = (response.headers.get("Content-Type") || "").split(";")[0];
  onOpen?.(response.status, type);
  if (type !== "text/event-stream") {
    onResponse(await response.text());
    return { status: response.status, type, complete: true };
  }
  return { status: response.status, type, complete: await readEvents(response.body, onResponse) };
}

// post sends a document with its variables, the text of a JSON object or null. Rejects with a RangeError, before anything is
// sent, when a header can't be sent as it is.
export async function post(query, variables, headers, signal) {
  return fetch("/graphql", {
    method: "POST",
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, inBytes(name, value)])),
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json, text/event-stream;q=0.9, application/json;q=0.8",
    },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
    signal,
  });
}

// inBytes writes a header's value with a character for each byte of its UTF-8: fetch takes none above U+00FF, and would
// send the others in Latin-1.
function inBytes(name, value) {
  if (/[\0-\x1f\x7f]/.test(value)) throw new RangeError(`${name} contains a control character`);
  return String.fromCharCode(...new TextEncoder().encode(value));
}

// readEvents reads an event stream to its end and tells whether it was a complete one.
async function readEvents(body, onResponse) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return false;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const lines = event.split("\n");
      if (lines.includes("event: complete")) {
        reader.cancel();
        return true;
      }
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
      if (data.length > 0) onResponse(data.join("\n"));
    }
  }
}
