import { expect, test } from "vitest";
import { readJson, writeJson } from "./json";

test.each([
  "0",
  "-7",
  "12345678901234567890",
  "-123456789012345678901234567890",
  "9007199254740993",
  "1.5",
  "-0",
  "1e+23",
  "1.7976931348623157e+308",
  "0.30000000000000004",
  '{"a":[1,2.50,{"b":null}],"c":true}',
  '"\\u2028 \\"quoted\\" ünï"',
])("%s is written as it was read", (text) => {
  expect(JSON.parse(writeJson(readJson(text)))).toEqual(JSON.parse(text));
  if (/^[-0-9]/.test(text)) expect(writeJson(readJson(text))).toBe(text);
});

test("whole numbers are numbers, and bigints where numbers end", () => {
  expect(readJson("42")).toBe(42);
  expect(readJson("9007199254740993")).toBe(9007199254740993n);
});

test("what is no JSON is a SyntaxError", () => {
  expect(() => readJson("{,}")).toThrow(SyntaxError);
});
