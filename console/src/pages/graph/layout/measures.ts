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

export type Point = { x: number; y: number };

/**
 * How a line comes to a card that others hide: it branches off at a trunk, runs above the others when there are any, and comes
 * down before the card.
 */
export type Way = { trunk: number; detour?: { above: number; before: number } };

/** Where a task's card is: its upper left corner. */
export type Place = Point & { way?: Way };

export type Box = { width: number; height: number; places: Map<string, Place> };

/** Puts the places of a box where the box is put. */
export function move(box: Box, x: number, y: number, into: Map<string, Place>): void {
  for (const [id, place] of box.places) {
    into.set(id, { x: place.x + x, y: place.y + y, ...(place.way && { way: moved(place.way, x, y) }) });
  }
}

function moved({ trunk, detour }: Way, x: number, y: number): Way {
  return { trunk: trunk + x, ...(detour && { detour: { above: detour.above + y, before: detour.before + x } }) };
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
