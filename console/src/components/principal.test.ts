import { expect, test } from "vitest";
import { readPrincipal, samePrincipal, writePrincipal } from "./principal";

test.each(["agent:planner", "human:ada", "service:a:b:c", "worker:ünï code"])("%s is read and written", (text) => {
  const principal = readPrincipal(` ${text} `);
  expect(principal && writePrincipal(principal)).toBe(text);
});

test.each(["", "agent", "agent:", "robot:x", ":x"])("%j names nobody", (text) => {
  expect(readPrincipal(text)).toBeUndefined();
});

test("kind and id make a principal", () => {
  expect(samePrincipal({ kind: "AGENT", id: "a" }, { kind: "WORKER", id: "a" })).toBe(false);
  expect(samePrincipal({ kind: "AGENT", id: "a" }, { kind: "AGENT", id: "a" })).toBe(true);
});
