import { isBusy } from "./shortcuts";

// Rows are links or buttons, so Enter opens the one that has the focus without help from here.
const ROW = "[data-row]";

const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/**
 * Moves the focus among what is marked data-row with j, k and the arrows; who has opened a row and comes back goes on from
 * there. Returns the end of it.
 */
export function listenForRows(): () => void {
  let last: string | null = null;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
    const rows = [...document.querySelectorAll<HTMLElement>(ROW)];
    const focused = rows.indexOf(document.activeElement as HTMLElement);
    const at = focused >= 0 ? focused : rows.findIndex((row) => last !== null && row.getAttribute("href") === last);
    const arrow = event.key.startsWith("Arrow");
    // Arrows scroll the page until a row has been chosen.
    if (rows.length === 0 || (arrow && focused < 0)) return;
    event.preventDefault();
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[next]?.focus();
    rows[next]?.scrollIntoView({ block: "nearest" });
    last = rows[next]?.getAttribute("href") ?? null;
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
