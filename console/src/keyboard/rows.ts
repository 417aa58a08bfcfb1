import { isBusy } from "./shortcuts";

// Rows are links, so Enter opens the one that has the focus without help from here.
const ROW = "a[data-row]";

const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Moves the focus among the links marked data-row with j, k and the arrows. Returns the end of it. */
export function listenForRows(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
    const rows = [...document.querySelectorAll<HTMLAnchorElement>(ROW)];
    const at = rows.indexOf(document.activeElement as HTMLAnchorElement);
    const arrow = event.key.startsWith("Arrow");
    // Arrows scroll the page until a row has been chosen.
    if (rows.length === 0 || (arrow && at < 0)) return;
    event.preventDefault();
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[next]?.focus();
    rows[next]?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
