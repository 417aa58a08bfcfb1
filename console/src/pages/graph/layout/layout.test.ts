import { expect, test } from "vitest";
import type { Graph } from "../graph";
import { sampleGraph } from "../sample";
import { arrange, type Places } from "./arrange";
import { placeColumn } from "./column";
import { headOf, lineOf } from "./lines";
import { CARD } from "./measures";
import { pack } from "./pack";
import { settle } from "./settle";

test("a column keeps its order and its gaps, and each is as near as it can be to where it would like to be", () => {
  const wish = (middle: number) => ({ middle, height: 10 });
  expect(placeColumn([wish(0), wish(100)], 5)).toEqual([0, 100]);
  expect(placeColumn([wish(50), wish(50)], 5)).toEqual([42.5, 57.5]);
  expect(placeColumn([wish(10), wish(0), wish(500)], 5)).toEqual([-2.5, 12.5, 500]);
  expect(placeColumn([], 5)).toEqual([]);
});

test("boxes are put into rows, low ones above one another beside a high one", () => {
  const box = (name: string, width: number, height: number) => ({ name, width, height, places: new Map() });
  const { spots, ...size } = pack(
    [box("low", 50, 20), box("high", 100, 60), box("lower", 50, 10), box("wide", 190, 30)],
    200,
    {
      x: 10,
      y: 10,
    },
  );
  expect(spots.map(({ box: { name }, x, y }) => `${name} ${x},${y}`)).toEqual([
    "high 0,0",
    "low 110,0",
    "lower 110,30",
    "wide 0,70",
  ]);
  expect(size).toEqual({ width: 190, height: 100 });
});

/** A plan of so many tasks, each with so many children. */
function plan(tasks: number, children: number): Graph {
  return sampleGraph(Array.from({ length: tasks - 1 }, (_, at) => `t${Math.floor(at / children)}>t${at + 1}`).join(" "));
}

/** Tasks that grew out of two or three earlier ones each. */
function tangle(tasks: number): Graph {
  const lines = Array.from({ length: tasks - 1 }, (_, at) => {
    const parents = new Set([Math.floor(at / 2), Math.floor((at * 7) / 11), Math.max(0, at - 3)]);
    return [...parents].map((parent) => `t${parent}>t${at + 1}`).join(" ");
  });
  return sampleGraph(`t0 ${lines.join(" ")}`);
}

const GRAPHS: [string, Graph][] = [
  ["a plan that fans out by five", plan(500, 5)],
  ["a plan that fans out by two", plan(500, 2)],
  ["a task with 400 children", plan(401, 400)],
  [
    "a task with 400 children, of which some have children",
    sampleGraph(`${Array.from({ length: 400 }, (_, at) => `r>t${at}`).join(" ")} t1>x t1>y t7>z`),
  ],
  ["a chain", plan(300, 1)],
  ["a tangle", tangle(300)],
  ["tasks that stand alone", sampleGraph(Array.from({ length: 300 }, (_, at) => `t${at}`).join(" "))],
  ["many small plans", sampleGraph(Array.from({ length: 100 }, (_, at) => `a${at}>b${at} a${at}>c${at}`).join(" "))],
];

test.each(GRAPHS)("in %s no card lies on another, and what grew out of one is at its right", (_, graph) => {
  const places = arrange(graph);
  expect([...places.keys()].sort()).toEqual([...graph.tasks.keys()].sort());
  expect(overlapping(places)).toEqual([]);
  for (const { from, to } of graph.growths) {
    expect((places.get(to)?.x ?? 0) - (places.get(from)?.x ?? 0)).toBeGreaterThan(CARD.width);
  }
});

test("a plan of 500 tasks has about the form of a screen", () => {
  const places = [...arrange(plan(500, 5)).values()];
  const width = Math.max(...places.map(({ x }) => x));
  const height = Math.max(...places.map(({ y }) => y));
  expect(width / height).toBeGreaterThan(0.8);
  expect(width / height).toBeLessThan(3.5);
});

test("what is still owed is above what is closed", () => {
  const graph = sampleGraph("a>b c>d", (id) => (id < "c" ? { open: false } : {}));
  const places = arrange(graph);
  expect(places.get("c")?.y).toBeLessThan(places.get("a")?.y ?? 0);
});

test("new tasks are put beside what they grew out of, and no other moves", () => {
  const before = arrange(plan(60, 4));
  const grown = sampleGraph(
    `${Array.from({ length: 59 }, (_, at) => `t${Math.floor(at / 4)}>t${at + 1}`).join(" ")} t3>n1 t3>n2 n1>n3 n4 n5`,
  );
  const after = settle(grown, before);
  for (const [id, place] of before) expect(after.get(id)).toBe(place);
  expect(after.size).toBe(grown.tasks.size);
  expect(overlapping(after)).toEqual([]);
  expect(after.get("n3")?.x).toBeGreaterThan(after.get("n1")?.x ?? 0);
  expect(settle(grown, after)).toBe(after);
});

test("what is gone leaves its place", () => {
  const after = settle(sampleGraph("b c"), arrange(sampleGraph("a b c")));
  expect([...after.keys()]).toEqual(["b", "c"]);
});

test("a line goes from the right of a card to the left of another, and around the cards of a grid", () => {
  expect(lineOf({ x: 0, y: 0 }, { x: 300, y: 100 })).toBe("M208 26C250.5 26 250.5 126 293 126");
  expect(headOf({ x: 300, y: 100 })).toBe("M300 126l-7 -3.5v7z");
  const way = { trunk: 250, detours: [{ above: 94, before: 290 }] };
  const line = lineOf({ x: 0, y: 0 }, { x: 300, y: 100, way });
  expect(line).toContain("Q250 26 250");
  expect(line).toContain("Q290 94");
  expect(line.endsWith("293 126")).toBe(true);
});

function overlapping(places: Places): string[] {
  const all = [...places];
  return all.flatMap(([a, p], at) =>
    all
      .slice(at + 1)
      .filter(([, q]) => Math.abs(p.x - q.x) < CARD.width && Math.abs(p.y - q.y) < CARD.height)
      .map(([b]) => `${a} ${b}`),
  );
}
