// collect subscribes, and keeps what comes.
export function collect(client, payload) {
  const got = { events: [], error: undefined, complete: false };
  got.unsubscribe = client.subscribe(payload, {
    next: (event) => got.events.push(event),
    error: (error) => (got.error = error),
    complete: () => (got.complete = true),
  });
  return got;
}
