import { placeColumn } from "./column";
import type { Item } from "./items";
import { type Box, GAP, move, type Place, REACH } from "./measures";

const ROUNDS = 6;

/**
 * Lays out a component in layers, a generation beside the other: each item as near as it can be to the middle of what it
 * grew out of and what grew out of it. It takes milliseconds for hundreds of items, which is why it is done here and at once.
 */
export function layOut(items: readonly Item[]): Box {
  const columns = columnsOf(items);
  const middles = new Map<Item, number>();
  for (const column of columns) stack(column, middles);
  for (let round = 0; round < ROUNDS; round++) {
    // In the last round nobody changes places any more.
    const sorted = round < ROUNDS - 1;
    for (const column of columns) arrange(column, (item) => item.parents, middles, sorted);
    for (const column of columns.toReversed()) arrange(column, (item) => item.children, middles, sorted);
  }
  return boxOf(columns, middles);
}

/** The generations, each in the order in which a walk from the earliest task on comes by. */
function columnsOf(items: readonly Item[]): Item[][] {
  const columns: Item[][] = [];
  const seen = new Set<Item>();
  const visit = (item: Item) => {
    if (seen.has(item)) return;
    seen.add(item);
    const column = columns[item.generation];
    if (column) column.push(item);
    else columns[item.generation] = [item];
  };
  // A stack of its own: a chain of tasks can be longer than the call stack is deep.
  const stack = items.filter(({ parents }) => parents.length === 0).reverse();
  for (let item = stack.pop(); item; item = stack.pop()) {
    if (seen.has(item)) continue;
    visit(item);
    stack.push(...item.children.toReversed());
  }
  return Array.from(columns, (column) => column ?? []);
}

function stack(column: readonly Item[], middles: Map<Item, number>): void {
  const placed = placeColumn(
    column.map(({ grid }) => ({ middle: 0, height: grid.height })),
    GAP.y,
  );
  for (const [at, item] of column.entries()) middles.set(item, placed[at] ?? 0);
}

/** Moves a column towards the neighbours on one side. */
function arrange(
  column: Item[],
  neighbours: (item: Item) => readonly Item[],
  middles: Map<Item, number>,
  sorted: boolean,
): void {
  const wish = new Map(column.map((item) => [item, wishOf(item, neighbours(item), middles)]));
  const wished = (item: Item) => wish.get(item) ?? 0;
  if (sorted) column.sort((a, b) => wished(a) - wished(b));
  const placed = placeColumn(
    column.map((item) => ({ middle: wished(item), height: item.grid.height })),
    GAP.y,
  );
  for (const [at, item] of column.entries()) middles.set(item, placed[at] ?? 0);
}

function wishOf(item: Item, neighbours: readonly Item[], middles: Map<Item, number>): number {
  if (neighbours.length === 0) return middles.get(item) ?? 0;
  return neighbours.reduce((sum, neighbour) => sum + (middles.get(neighbour) ?? 0), 0) / neighbours.length;
}

function boxOf(columns: readonly Item[][], middles: Map<Item, number>): Box {
  const places = new Map<string, Place>();
  const edge = (item: Item, side: 1 | -1) => (middles.get(item) ?? 0) + (side * item.grid.height) / 2;
  const top = Math.min(...columns.flatMap((column) => column.map((item) => edge(item, -1))));
  const bottom = Math.max(...columns.flatMap((column) => column.map((item) => edge(item, 1))));
  let left = 0;
  for (const column of columns) {
    for (const item of column) move(item.grid, left, Math.round(edge(item, -1) - top), places);
    left += Math.max(...column.map(({ grid }) => grid.width)) + REACH;
  }
  return { width: left - REACH, height: Math.round(bottom - top), places };
}
