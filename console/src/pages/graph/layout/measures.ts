/** The size of a card, in the graph's own pixels. graph.css has it too. */
export const CARD = { width: 208, height: 52 };

/** Between cards of a grid. */
export const GAP = { x: 28, y: 12 };

/** From one generation to the next: room for curves. */
export const REACH = 76;

/** From a grid's left edge to the line from which its rows branch off. */
export const TRUNK = 22;

/** Between what does not hang together. */
export const APART = 72;

/** About the form of the screens on which it is looked at: width to height. */
export const ASPECT = 1.7;

export type Point = { x: number; y: number };

/**
 * How a line comes to a card that others hide: it branches off at a trunk, and for each detour runs above what is in its way
 * and comes down before what is behind.
 */
export type Way = { trunk: number; detours: readonly { above: number; before: number }[] };

/** Where a task's card is: its upper left corner. */
export type Place = Point & { way?: Way };

export type Box = { width: number; height: number; places: Map<string, Place> };

/** Puts the places of a box where the box is put. */
export function move(box: Box, x: number, y: number, into: Map<string, Place>): void {
  for (const [id, place] of box.places) {
    into.set(id, { x: place.x + x, y: place.y + y, ...(place.way && { way: moved(place.way, x, y) }) });
  }
}

function moved({ trunk, detours }: Way, x: number, y: number): Way {
  return { trunk: trunk + x, detours: detours.map(({ above, before }) => ({ above: above + y, before: before + x })) };
}

/** The smallest box around all cards. */
export function boundsOf(places: ReadonlyMap<string, Place>): Point & { width: number; height: number } {
  const all = [...places.values()];
  const x = Math.min(...all.map((place) => place.x));
  const y = Math.min(...all.map((place) => place.y));
  return {
    x,
    y,
    width: Math.max(...all.map((place) => place.x)) + CARD.width - x,
    height: Math.max(...all.map((place) => place.y)) + CARD.height - y,
  };
}
