import { CARD, type Place, type Point, type Way } from "./measures";

const RADIUS = 7;
const HEAD = { length: 7, half: 3.5 };

/** Draws the line from a task to one that grew out of it, as the data of an SVG path. */
export function lineOf(from: Place, to: Place): string {
  const start = { x: from.x + CARD.width, y: from.y + CARD.height / 2 };
  const end = { x: to.x - HEAD.length, y: to.y + CARD.height / 2 };
  // What stands behind the trunk itself comes straight.
  return to.way === undefined || to.way.trunk < start.x ? curve(start, end) : corners(alongWay(start, end, to.way));
}

/** Draws the head at the line's end. */
export function headOf(to: Place): string {
  return `M${to.x} ${to.y + CARD.height / 2}l${-HEAD.length} ${-HEAD.half}v${2 * HEAD.half}z`;
}

function curve(start: Point, end: Point): string {
  const bend = Math.max(24, Math.abs(end.x - start.x) / 2);
  return `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
}

function alongWay(start: Point, end: Point, { trunk, detours }: Way): Point[] {
  const points = [start, { x: trunk, y: start.y }];
  let x = trunk;
  for (const { above, before } of detours) {
    points.push({ x, y: above }, { x: before, y: above });
    x = before;
  }
  return [...points, { x, y: end.y }, end];
}

/** A line around rounded corners. */
function corners([start, ...points]: Point[]): string {
  let path = start ? `M${start.x} ${start.y}` : "";
  let last = start;
  for (const [at, point] of points.entries()) {
    const next = points[at + 1];
    if (last === undefined) break;
    if (next === undefined) path += `L${point.x} ${point.y}`;
    else {
      const before = towards(point, last);
      const after = towards(point, next);
      path += `L${before.x} ${before.y}Q${point.x} ${point.y} ${after.x} ${after.y}`;
    }
    last = point;
  }
  return path;
}

/** The point on the way to another where a corner begins to be round. */
function towards(from: Point, to: Point): Point {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const share = distance === 0 ? 0 : Math.min(RADIUS, distance / 2) / distance;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
