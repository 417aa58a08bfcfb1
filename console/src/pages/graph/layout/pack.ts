import type { Box } from "./measures";

/** Where a box has been put: its upper left corner, and the row that it is in. */
export type Spot<B extends Box> = { box: B; x: number; y: number; row: number };

export type Packed<B extends Box> = { width: number; height: number; spots: Spot<B>[] };

/** Puts boxes into rows of a width, the high ones first; low ones stand above one another beside a high one. */
export function pack<B extends Box>(boxes: readonly B[], width: number, gap: { x: number; y: number }): Packed<B> {
  const spots: Spot<B>[] = [];
  const waiting = boxes.toSorted((a, b) => b.height - a.height);
  let row = 0;
  let right = 0;
  while (waiting.length > 0) {
    const height = waiting[0]?.height ?? 0;
    let x = 0;
    for (let column = take(waiting, Math.max(width, waiting[0]?.width ?? 0), height, gap.y); column; ) {
      let y = row;
      for (const box of column) {
        spots.push({ box, x, y, row });
        y += box.height + gap.y;
      }
      x += Math.max(...column.map((box) => box.width)) + gap.x;
      column = take(waiting, width - x, height, gap.y);
    }
    right = Math.max(right, x - gap.x);
    row += height + gap.y;
  }
  return { width: right, height: Math.max(0, row - gap.y), spots };
}

/** Takes a column off those who wait: the first that fits, and below it those that leave the column as wide and fit. */
function take<B extends Box>(waiting: B[], width: number, height: number, gap: number): B[] | undefined {
  const first = waiting.findIndex((box) => box.width <= width);
  const [head] = first < 0 ? [] : waiting.splice(first, 1);
  if (head === undefined) return undefined;
  const column = [head];
  let left = height - head.height - gap;
  for (let at = 0; at < waiting.length; ) {
    const box = waiting[at];
    if (box && box.height <= left && box.width <= head.width) {
      column.push(box);
      waiting.splice(at, 1);
      left -= box.height + gap;
    } else at++;
  }
  return column;
}
