/** A key, or two in a row, and what they do. */
export type Key = { keys: string; does: string };

/** The keys of the pages, each named once: who listens for them takes them from here, and the help lists them. */
export const KEYS = {
  filter: { keys: "/", does: "Filter" },
  help: { keys: "?", does: "Show the keys" },
  nextView: { keys: "t", does: "Graph, timeline, or both" },
  back: { keys: "Escape", does: "Back to where one came from" },
  unfold: { keys: "x", does: "Unfold the receipt, or fold it" },
  zoomIn: { keys: "+", does: "Zoom in" },
  zoomOut: { keys: "-", does: "Zoom out" },
  actualSize: { keys: "0", does: "Actual size" },
  showAll: { keys: "f", does: "Show all" },
} as const satisfies Record<string, Key>;

/** The help's sections, but for the first, which has the keys that work everywhere. */
export const SECTIONS: readonly { title: string; keys: readonly Key[] }[] = [
  {
    title: "In lists",
    keys: [
      { keys: "j k", does: "Next and previous row; the arrows too" },
      { keys: "Enter", does: "Open the row" },
    ],
  },
  { title: "On a task's page", keys: [KEYS.nextView, KEYS.back] },
  { title: "In the ledger", keys: [KEYS.unfold] },
  {
    title: "In the graph",
    keys: [
      { keys: "← → ↑ ↓", does: "From task to task" },
      { keys: "Enter", does: "Open the task" },
      { keys: "Escape", does: "Let go of the task" },
      KEYS.zoomIn,
      KEYS.zoomOut,
      KEYS.actualSize,
      KEYS.showAll,
    ],
  },
  { title: "In dialogs and menus", keys: [{ keys: "Escape", does: "Close" }] },
];
