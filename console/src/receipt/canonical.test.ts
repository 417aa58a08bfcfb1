import { describe, expect, it } from "vitest";
import { readJson } from "../api/json";
import { canonicalJson } from "./canonical";

const canonical = (text: string) => canonicalJson(readJson(text));

describe("canonical JSON", () => {
  it.each([
    ["0", "0"],
    ["-0", "0"],
    ["-0.0", "-0.0"],
    ["0e5", "0.0"],
    ["1.0", "1.0"],
    ["1e2", "100.0"],
    ["1.50", "1.5"],
    ["9007199254740993", "9007199254740993"],
    ["-123456789012345678901234567890123456789", "-123456789012345678901234567890123456789"],
    ["10000000000000000", "10000000000000000"],
    ["1000000000000000000000", "1000000000000000000000"],
    ["9999999999999998.0", "9999999999999998.0"],
    ["1e16", "1e+16"],
    ["1e+21", "1e+21"],
    ["1e22", "1e+22"],
    ["123456789012345680000.0", "1.2345678901234568e+20"],
    ["0.0001", "0.0001"],
    ["0.00001", "1e-05"],
    ["1.5e-7", "1.5e-07"],
    ["1e-7", "1e-07"],
    ["-1e-10", "-1e-10"],
    ["5e-324", "5e-324"],
    ["1.7976931348623157e308", "1.7976931348623157e+308"],
    ["1e-400", "0.0"],
    ["0.1", "0.1"],
    ["0.30000000000000004", "0.30000000000000004"],
    ["1234.5678", "1234.5678"],
  ])("writes the number %s as %s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it("sorts keys by code point, at every level", () => {
    expect(canonical('{"b":{"z":1,"a":2},"a":[{"y":1,"x":2}],"":0}')).toBe('{"":0,"a":[{"x":2,"y":1}],"b":{"a":2,"z":1}}');
    expect(canonical('{"\\uD83D\\uDE00":1,"\\uD83D\\uDE01":2,"\\uE000":3,"a":4,"ab":5}')).toBe(
      '{"a":4,"ab":5,"\uE000":3,"\u{1F600}":1,"\u{1F601}":2}',
    );
    expect(canonical('{"10":1,"9":2,"__proto__":3}')).toBe('{"10":1,"9":2,"__proto__":3}');
  });

  it("puts U+FFFD in the place of lone surrogates, in keys too", () => {
    expect(canonicalJson("a\uD800b\uDC00")).toBe('"a\uFFFDb\uFFFD"');
    expect(canonicalJson({ "\uD800": 1, "\uDC00": 2 })).toBe('{"\uFFFD":2}');
    expect(canonicalJson("\u{1F600}")).toBe('"\u{1F600}"');
  });

  it("escapes only what must be", () => {
    expect(canonicalJson('"\\/\b\f\n\r\t\u0000\u001f\u007f<>&\u2028é')).toBe(
      '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u007f<>&\u2028é"',
    );
  });

  it("is its own canonical form", () => {
    const text = '{"a":[1,2.0,1e+16,1e-05,"x",null,true],"b":{},"c":[]}';
    expect(canonical(text)).toBe(text);
    expect(canonical(canonical(text))).toBe(text);
  });
});
