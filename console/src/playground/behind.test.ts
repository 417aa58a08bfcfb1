import { expect, test } from "vitest";
import { behind } from "./behind";

test("a stream goes on behind its event, as far as the document lets it", () => {
  const data = { resultReady: { cursor: "c7" } };
  expect(behind(data, "subscription ($after: String, $unacknowledged: Boolean) { … }")).toEqual({
    after: "c7",
    unacknowledged: false,
  });
  expect(behind(data, "subscription ($after : String) { … }")).toEqual({ after: "c7" });
  expect(behind(data, "subscription { … }")).toEqual({});
});

test("an event without a cursor leaves the variables as they are", () => {
  for (const data of [null, {}, { leaseEnded: { id: "l" } }, { resultReady: null }]) {
    expect(behind(data, "subscription ($after: String) { … }")).toEqual({});
  }
});
