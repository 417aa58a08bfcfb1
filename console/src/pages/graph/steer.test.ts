import { expect, test } from "vitest";
import { kinOf } from "./graph";
import { arrange } from "./layout/arrange";
import { lineageOf } from "./line";
import { sampleGraph } from "./sample";
import { directionOf, startOf, steer } from "./steer";

const graph = sampleGraph("r>a r>b r>c b>d d>e x", (id) => (id === "r" ? { open: false } : {}));
const places = arrange(graph);
const kin = kinOf(graph);

test("the keys begin at the first task that is still owed, else at the first", () => {
  expect(startOf(graph)).toBe("a");
  expect(startOf(sampleGraph("a b", () => ({ open: false })))).toBe("a");
});

test("right and left lead to kin, and back", () => {
  expect(steer("b", "right", places, kin)).toBe("d");
  expect(steer("d", "left", places, kin)).toBe("b");
  expect(["a", "b", "c"]).toContain(steer("r", "right", places, kin));
  expect(steer("r", "left", places, kin)).toBeUndefined();
});

test("up and down lead to the neighbours, and there is no way past the last", () => {
  const column = ["a", "b", "c"].sort((p, q) => (places.get(p)?.y ?? 0) - (places.get(q)?.y ?? 0));
  const [first = "", second = ""] = column;
  expect(steer(first, "down", places, kin)).toBe(second);
  expect(steer(second, "up", places, kin)).toBe(first);
  expect(steer(first, "up", places, kin)).toBeUndefined();
});

test("only arrows have a direction", () => {
  expect(directionOf("ArrowUp")).toBe("up");
  expect(directionOf("x")).toBeUndefined();
});

test("a line is all that a task grew out of, and all that grew out of it", () => {
  expect([...lineageOf("b", kin)].sort()).toEqual(["b", "d", "e", "r"]);
  expect(lineageOf(undefined, kin).size).toBe(0);
});
