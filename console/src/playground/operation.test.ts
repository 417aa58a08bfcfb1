import { expect, test } from "vitest";
import { operationIn } from "./operation";

test.each([
  ["the one that is named", "query A { a } subscription B { b }", "B", "B"],
  ["the only one, whatever was named", "subscription B { b }", "A", "B"],
  ["none of several", "query A { a } query B { b }", undefined, undefined],
  ["none of what is malformed", "query A {", "A", undefined],
])("it is %s", (_, document, name, found) => {
  expect(operationIn(document, name)?.name?.value).toBe(found);
});
