import type { Key } from "./keys";

/** A key, or two in a row, and what happens when it is pressed. */
export type Shortcut = Pick<Key, "keys"> & { run: () => void };

// The second key of a pair follows the first within this time.
const PAIR_MS = 1_000;

/** Calls shortcuts as their keys are pressed, but not in fields and dialogs, nor with modifiers. Returns the end of it. */
export function listenForShortcuts(shortcuts: () => readonly Shortcut[]): () => void {
  let first = "";
  let firstAt = 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
    const pair = event.timeStamp - firstAt < PAIR_MS ? `${first} ${event.key}` : event.key;
    const found = shortcuts().find(({ keys }) => keys === pair) ?? shortcuts().find(({ keys }) => keys === event.key);
    first = event.key;
    firstAt = event.timeStamp;
    if (found === undefined) return;
    event.preventDefault();
    found.run();
    first = "";
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

/** Tells whether keys are meant for what has the focus. */
export function isBusy(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}
