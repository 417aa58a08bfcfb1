import type { Query, QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "./event";

/**
 * Marks the answers that receipts touch and asks for them again. One that is on its way already may have been read before
 * the receipt was written: it stays marked until it has come.
 */
export class Refresher {
  private readonly marked = new Set<Query>();

  constructor(private readonly client: QueryClient) {}

  /** Marks what the events touch. */
  touch(events: LiveEvent[]): void {
    for (const query of this.client.getQueryCache().getAll()) {
      const touchedBy = query.meta?.touchedBy;
      if (touchedBy && events.some(({ receipt }) => touchedBy(receipt))) this.marked.add(query);
    }
  }

  /** Refreshes what is marked and not on its way; tells whether anything is left. */
  refresh(): boolean {
    const ready = new Set([...this.marked].filter((query) => query.state.fetchStatus !== "fetching"));
    for (const query of ready) this.marked.delete(query);
    if (ready.size > 0) void this.client.invalidateQueries({ predicate: (query) => ready.has(query) });
    return this.marked.size > 0;
  }
}
