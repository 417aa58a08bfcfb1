import type { Graph, Kin } from "./graph";
import type { Places } from "./layout/arrange";
import { CARD, type Place } from "./layout/measures";

export type Direction = "left" | "right" | "up" | "down";

const WAYS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** The direction of an arrow key. */
export function directionOf(key: string): Direction | undefined {
  return WAYS[key];
}

/**
 * Finds the task that an arrow key leads to: left to what the task grew out of, right to what grew out of it, of several the
 * nearest; up, down, and where there is no kin, to the nearest card on that side.
 */
export function steer(from: string, direction: Direction, places: Places, kin: (id: string) => Kin): string | undefined {
  const start = places.get(from);
  if (start === undefined) return undefined;
  const relatives = direction === "left" ? kin(from).parents : direction === "right" ? kin(from).children : [];
  return nearest(start, relatives, places) ?? nearest(start, sideOf(start, direction, places), places);
}

/** The task where the keys begin: the first that is still owed. */
export function startOf({ tasks }: Pick<Graph, "tasks">): string | undefined {
  return [...tasks.values()].find(({ open }) => open)?.id ?? tasks.keys().next().value;
}

function sideOf(start: Place, direction: Direction, places: Places): string[] {
  const along = direction === "left" || direction === "right" ? "x" : "y";
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  const across = along === "x" ? "y" : "x";
  const size = along === "x" ? CARD.width / CARD.height : CARD.height / CARD.width;
  return [...places].flatMap(([id, place]) => {
    const ahead = sign * (place[along] - start[along]);
    // A card is on a side when it is more that way than any other, by the measure of a card.
    return ahead > 0 && Math.abs(place[across] - start[across]) * size <= ahead ? [id] : [];
  });
}

function nearest(start: Place, ids: readonly string[], places: Places): string | undefined {
  let best: string | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const id of ids) {
    const place = places.get(id);
    const distance = place ? Math.hypot((place.x - start.x) / CARD.width, (place.y - start.y) / CARD.height) : shortest;
    if (distance < shortest) {
      shortest = distance;
      best = id;
    }
  }
  return best;
}
