import { expect, test } from "vitest";
import { ripenessOf, writeDuration, writeShortDuration } from "./duration";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [-5 * SECOND, "0s"],
  [999, "0s"],
  [59 * SECOND, "59s"],
  [MINUTE, "1m"],
  [3 * MINUTE + 20 * SECOND, "3m 20s"],
  [HOUR - 1, "59m 59s"],
  [5 * HOUR + 12 * MINUTE, "5h 12m"],
  [DAY, "1d"],
  [4 * DAY + 7 * HOUR, "4d 7h"],
  [400 * DAY + 7 * HOUR, "400d"],
])("%i ms is written %s", (ms, text) => {
  expect(writeDuration(ms)).toBe(text);
});

test.each([
  [59 * SECOND, "59s"],
  [3 * MINUTE + 20 * SECOND, "3m"],
  [5 * HOUR + 12 * MINUTE, "5h"],
  [4 * DAY + 7 * HOUR, "4d"],
])("%i ms is written %s in short", (ms, text) => {
  expect(writeShortDuration(ms)).toBe(text);
});

test.each([
  [HOUR - 1, "fresh"],
  [HOUR, "hours"],
  [DAY, "days"],
  [7 * DAY, "weeks"],
])("what is %i ms old is %s", (ms, ripeness) => {
  expect(ripenessOf(ms)).toBe(ripeness);
});
