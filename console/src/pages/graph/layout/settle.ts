import { type Graph, kinOf } from "../graph";
import type { Places } from "./arrange";
import { APART, CARD, GAP, type Place, REACH } from "./measures";

const STEP = { x: CARD.width + GAP.x, y: CARD.height + GAP.y };

// New tasks without parents stand in rows of so many above all others.
const ABOVE = 6;

/** Places the tasks that are new, each near what it grew out of, and leaves all others where they are. */
export function settle(graph: Graph, before: Places): Places {
  const places = new Map<string, Place>();
  for (const id of graph.tasks.keys()) {
    const place = before.get(id);
    if (place) places.set(id, place);
  }
  if (places.size === graph.tasks.size && places.size === before.size) return before;
  const kin = kinOf(graph);
  const top = Math.min(...[...places.values()].map(({ y }) => y), 0);
  const left = Math.min(...[...places.values()].map(({ x }) => x), 0);
  for (const id of graph.tasks.keys()) {
    if (places.has(id)) continue;
    const parents = kin(id).parents.flatMap((parent) => places.get(parent) ?? []);
    places.set(id, firstFree(parents.length > 0 ? beside(parents) : above(left, top), places));
  }
  return places;
}

/** Beside the parents, then further and further up and down. */
function* beside(parents: readonly Place[]): Generator<Place> {
  const x = Math.max(...parents.map((place) => place.x)) + CARD.width + REACH;
  const y = parents.reduce((sum, place) => sum + place.y, 0) / parents.length;
  for (let step = 0; ; step++) {
    yield { x, y: Math.round(y + Math.ceil(step / 2) * STEP.y * (step % 2 === 0 ? 1 : -1)) };
  }
}

function* above(left: number, top: number): Generator<Place> {
  for (let step = 0; ; step++) {
    const row = Math.floor(step / ABOVE);
    yield { x: left + (step % ABOVE) * STEP.x, y: top - APART - CARD.height - row * STEP.y };
  }
}

function firstFree(candidates: Generator<Place>, places: Places): Place {
  for (const candidate of candidates) {
    if (![...places.values()].some((place) => overlap(place, candidate))) return candidate;
  }
  throw new Error("there are candidates without end");
}

function overlap(a: Place, b: Place): boolean {
  return Math.abs(a.x - b.x) < CARD.width + GAP.x / 2 && Math.abs(a.y - b.y) < CARD.height + GAP.y / 2;
}
