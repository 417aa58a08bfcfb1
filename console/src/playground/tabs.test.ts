import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { examples } from "../../../internal/web/static/examples.js";
import { exampleOf, initialTabs, operationNameOf, tabOf } from "./tabs";

const schema = buildSchema(readFileSync("../schema.graphqls", "utf8"));

test.each(examples)("$name fits the schema, and its tab leads back to it", (example) => {
  expect(validate(schema, parse(tabOf(example).query))).toEqual([]);
  expect(exampleOf(operationNameOf(example))).toBe(example);
});

test("what an example is about stands above it, in lines that fit a narrow editor", () => {
  for (const { query } of initialTabs) {
    const comment = query.split("\n").filter((line) => line.startsWith("#"));
    expect(comment.length).toBeGreaterThan(0);
    expect(Math.max(...comment.map((line) => line.length))).toBeLessThanOrEqual(61);
  }
});
