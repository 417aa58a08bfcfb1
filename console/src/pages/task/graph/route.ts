import type { Placed, Point } from "./layout";

// Edges run between the lines of places, and along the left of them, and never through a place. Those of the obligation have
// ways of their own: they are told apart from all others, and they run as one trunk with branches.

/** What is between lines, for the edges above them. */
export const LINE_GAP = 30;

const TRUNK = 10;
const SIDE = 18;
const RAIL = 12;
const SIDE_RAIL = 20;

/** The way of an edge from one place to another. */
export function route(from: Placed, to: Placed): Point[] {
  const leave = { x: centerOf(from), y: from.y + from.height };
  const enter = { x: centerOf(to), y: to.y };
  if (from.place.kind === "obligation") {
    return along({ x: from.x, y: middleOf(from) }, TRUNK, [middleOf(from), to.y - RAIL], enter);
  }
  if (from.y === to.y) return within(from, to);
  const rail = to.y - SIDE_RAIL;
  const isNext = to.y - leave.y <= LINE_GAP;
  if (isNext) return [leave, { x: leave.x, y: rail }, { x: enter.x, y: rail }, enter];
  return along(leave, SIDE, [leave.y + LINE_GAP - SIDE_RAIL, rail], enter);
}

/** To the left, down beside the lines, and in again. */
function along(leave: Point, x: number, [out, back]: [number, number], enter: Point): Point[] {
  const start = leave.y === out ? [leave] : [leave, { x: leave.x, y: out }];
  return [...start, { x, y: out }, { x, y: back }, { x: enter.x, y: back }, enter];
}

/** Within a line: straight to the place beside it, else below those between. */
function within(from: Placed, to: Placed): Point[] {
  const right = from.x + from.width;
  if (to.x - right < from.width) {
    return [
      { x: right, y: middleOf(from) },
      { x: to.x, y: middleOf(to) },
    ];
  }
  const bottom = from.y + from.height;
  const rail = bottom + LINE_GAP - SIDE_RAIL;
  return [
    { x: centerOf(from), y: bottom },
    { x: centerOf(from), y: rail },
    { x: centerOf(to), y: rail },
    { x: centerOf(to), y: bottom },
  ];
}

function middleOf({ y, height }: Placed): number {
  return y + height / 2;
}

function centerOf({ x, width }: Placed): number {
  return x + width / 2;
}
