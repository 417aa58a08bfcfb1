import { expect, test } from "vitest";
import { exact, parse } from "./lossless";

test("numbers that JavaScript holds stay numbers", () => {
  expect(exact("", 7, { source: "7" })).toBe(7);
  expect(parse('{"a": 7, "b": "12345678901234567890"}')).toEqual({ a: 7, b: "12345678901234567890" });
});
