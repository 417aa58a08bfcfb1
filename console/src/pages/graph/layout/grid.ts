import type { Task } from "../graph";
import { ASPECT, type Box, CARD, GAP, type Place, TRUNK } from "./measures";

// Small grids may become as flat as they are asked to be.
const FLAT = 8;

/** How many columns a grid has that should have at most so many rows; a large one has the form of a screen. */
export function columnsFor(cards: number, rows: number): number {
  const form = Math.sqrt((cards * ASPECT * (CARD.height + GAP.y)) / (CARD.width + GAP.x));
  return Math.min(Math.ceil(cards / rows), Math.max(FLAT, Math.ceil(form)));
}

/** Places cards in rows. Lines come to them from the left: between the rows, and down before the card. */
export function gridOf(tasks: readonly Task[], columns: number): Box {
  const places = new Map<string, Place>();
  for (const [at, { id }] of tasks.entries()) {
    const x = (at % columns) * (CARD.width + GAP.x);
    const y = Math.floor(at / columns) * (CARD.height + GAP.y);
    const detours = x > 0 ? [{ above: y - GAP.y / 2, before: x - GAP.x / 2 }] : [];
    places.set(id, columns > 1 ? { x, y, way: { trunk: -TRUNK, detours } } : { x, y });
  }
  const rows = Math.ceil(tasks.length / columns);
  return {
    width: Math.min(columns, tasks.length) * (CARD.width + GAP.x) - GAP.x,
    height: rows * (CARD.height + GAP.y) - GAP.y,
    places,
  };
}
