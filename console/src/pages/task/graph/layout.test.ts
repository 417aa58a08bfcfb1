import { expect, test } from "vitest";
import { stepsOf } from "../receipts/steps";
import { child, receipt } from "../receipts/testReceipt";
import { layOut, type Placed } from "./layout";
import { lifeOf } from "./life";

const lease = { id: "l1" };
const children = { nodes: Array.from({ length: 12 }, (_, at) => child(20 + at)), pageInfo: { hasNextPage: true } };
const life = lifeOf(
  { ...receipt(1, "TASK_ASSIGNED"), isOpen: true, terminator: null, parents: [] },
  stepsOf(
    [
      receipt(1, "TASK_ASSIGNED"),
      ...["TASK_ACCEPTED", "TASK_STARTED", "TASK_PAUSED", "TASK_PROGRESS", "TASK_COMPLETED"].map((type, at) =>
        receipt(2 + at, type, { lease }),
      ),
      receipt(7, "TASK_RESULT_READY", { parents: [{ id: "r1" }, { id: "r6" }], children }),
    ],
    2,
  ),
);

test.each([320, 700, 1140])("within %i pixels nothing overlaps or stands out", (width) => {
  const { placed, height, paths } = layOut(life, width);
  expect(placed.length).toBe(20);
  for (const a of placed) {
    expect(a.x + a.width).toBeLessThanOrEqual(width);
    expect(a.y + a.height).toBeLessThanOrEqual(height);
    for (const b of placed) if (a !== b) expect(overlap(a, b), `${a.place.id} and ${b.place.id}`).toBe(false);
  }
  expect(paths).toHaveLength(life.answers.length);
});

test.each([320, 700, 1140])("within %i pixels no edge runs through a place", (width) => {
  const { placed, paths } = layOut(life, width);
  for (const { id, points } of paths) {
    points.slice(1).forEach((end, at) => {
      const start = points[at] ?? end;
      // Edges run level or upright, so a leg is a flat box.
      const leg = {
        x: Math.min(start.x, end.x),
        y: Math.min(start.y, end.y),
        width: Math.abs(start.x - end.x),
        height: Math.abs(start.y - end.y),
      };
      expect(leg.width === 0 || leg.height === 0, `${id} is slanted`).toBe(true);
      for (const place of placed) expect(overlap(leg, place), `${id} runs through ${place.place.id}`).toBe(false);
    });
  }
});

type Box = Pick<Placed, "x" | "y" | "width" | "height">;

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
