/** How a coalescing queue waits; the tests have one of their own. */
export type Timer = (run: () => void, ms: number) => void;

/** Gathers what comes in and hands it over together, once in an interval at most; the first at once. */
export function coalesce<Item>(
  interval: number,
  flush: (items: Item[]) => void,
  timer: Timer = setTimeout,
): (item: Item) => void {
  let items: Item[] = [];
  let waiting = false;
  const hand = () => {
    waiting = items.length > 0;
    if (!waiting) return;
    const gathered = items;
    items = [];
    flush(gathered);
    timer(hand, interval);
  };
  return (item) => {
    items.push(item);
    if (waiting) return;
    waiting = true;
    // Receipts of one transaction arrive together: what is in this turn belongs to the first hand-over.
    timer(hand, 0);
  };
}
