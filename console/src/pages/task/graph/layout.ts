import type { Answer, Lane, Life, Place } from "./life";
import { LINE_GAP, route } from "./route";

// The graph is laid out like text: a lane for each lease, a place for each receipt, and a new line where the width is used
// up, so that it is as readable on a phone as on a wide screen.

const NARROWEST = 146;
const HEIGHT = 62;
const HEADING = 22;
/** What is left of the first place, for the edges along it. */
const LEFT = 26;
const COLUMN_GAP = 18;

export type Point = { x: number; y: number };
export type Placed = Point & { place: Place; width: number; height: number };
export type Path = Answer & { points: Point[] };
export type Heading = Point & { lane: Lane };
export type Layout = { height: number; placed: Placed[]; paths: Path[]; headings: Heading[] };

/** Lays a life out within a width. */
export function layOut(life: Life, width: number): Layout {
  const lines = new Lines(width);
  const headings: Heading[] = [];
  lines.write(life.origins);
  lines.write([life.obligation]);
  for (const lane of life.lanes) {
    if (lane.places.length > 0) {
      if (lane.lease !== undefined) headings.push({ x: LEFT, y: lines.leave(HEADING), lane });
      lines.write(lane.places);
    }
    lines.write(lane.grown, lines.columnOf(life.answers.find(({ to }) => to === lane.grown[0]?.id)?.from));
  }
  const at = new Map(lines.placed.map((placed) => [placed.place.id, placed]));
  const paths = life.answers.flatMap((answer) => {
    const from = at.get(answer.from);
    const to = at.get(answer.to);
    return from && to ? [{ ...answer, points: route(from, to) }] : [];
  });
  return { height: lines.bottom, placed: lines.placed, paths, headings };
}

/** Places one after another, in as many columns as there is room for. */
class Lines {
  readonly placed: Placed[] = [];
  bottom = 0;
  private readonly columns: number;
  private readonly width: number;

  constructor(width: number) {
    const room = width - LEFT + COLUMN_GAP;
    this.columns = Math.max(1, Math.floor(room / (NARROWEST + COLUMN_GAP)));
    this.width = Math.floor(room / this.columns) - COLUMN_GAP;
  }

  /** Leaves room for something above the next line. Returns where it is. */
  leave(height: number): number {
    const top = this.bottom + LINE_GAP / 2;
    this.bottom = top + height - LINE_GAP / 2;
    return top;
  }

  /** Writes places below what is there; from a column on, if they fit into one line there. */
  write(places: readonly Place[], column = 0) {
    const first = Math.max(0, Math.min(column, this.columns - places.length));
    places.forEach((place, at) => {
      const inLine = at % this.columns;
      if (inLine === 0) this.bottom += (this.placed.length > 0 ? LINE_GAP : 0) + HEIGHT;
      this.placed.push({
        place,
        x: LEFT + (first + inLine) * (this.width + COLUMN_GAP),
        y: this.bottom - HEIGHT,
        width: place.kind === "obligation" ? this.span(Math.min(2, this.columns)) : this.width,
        height: HEIGHT,
      });
    });
  }

  columnOf(id: string | undefined): number {
    const placed = this.placed.find(({ place }) => place.id === id);
    return placed ? Math.round((placed.x - LEFT) / (this.width + COLUMN_GAP)) : 0;
  }

  private span(columns: number): number {
    return columns * (this.width + COLUMN_GAP) - COLUMN_GAP;
  }
}
