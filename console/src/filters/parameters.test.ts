import { describe, expect, it } from "vitest";
import { fromLocalTime, toLocalTime } from "./local_time";
import { Parameters } from "./parameters";

const read = (query: string) => new Parameters(new URLSearchParams(query));

describe("parameters", () => {
  it("are absent when nothing is given", () => {
    const parameters = read("a=&b=%20");
    expect(parameters.text("a")).toBeUndefined();
    expect(parameters.text("b")).toBeUndefined();
    expect(parameters.choices("c", ["X"])).toEqual([]);
    expect(parameters.principal("a")).toBeUndefined();
    expect(parameters.instant("a")).toBeUndefined();
    expect(parameters.problems).toEqual([]);
  });

  it("are read", () => {
    const parameters = read("list=y,x,Y&who=Agent:a:b&at=2025-11-24T10:00:00%2B02:00");
    expect(parameters.choices("list", ["X", "Y", "Z"])).toEqual(["X", "Y"]);
    expect(parameters.principal("who")).toEqual({ kind: "AGENT", id: "a:b" });
    expect(parameters.instant("at")).toBe("2025-11-24T08:00:00.000Z");
    expect(parameters.problems).toEqual([]);
  });

  it("say what can't be read", () => {
    const parameters = read("list=x,q&who=planner&at=yesterday");
    expect(parameters.choices("list", ["X"])).toEqual(["X"]);
    expect(parameters.principal("who")).toBeUndefined();
    expect(parameters.instant("at")).toBeUndefined();
    expect(parameters.problems).toEqual(["list can't be “Q”", "who can't be “planner”", "at can't be “yesterday”"]);
  });
});

it("an instant comes back from its field", () => {
  const instant = "2025-11-24T10:20:00.000Z";
  expect(fromLocalTime(toLocalTime(instant))).toBe(instant);
  expect(toLocalTime(undefined)).toBe("");
  expect(fromLocalTime("")).toBeUndefined();
});
