import { isLosslessNumber } from "lossless-json";
import type { Integer, JsonValue } from "../api/json";

// The one text that a JSON value has, whatever it was written like: what the server hashes. Its rules are those of the
// receipts' contract, and the vectors that the server is tested with hold here too.

/** Writes a value as readJson has read it: sorted keys, no spaces, each number in one way, what is no text as U+FFFD. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && !isLosslessNumber(value)) return canonicalObject(value);
  return canonicalNumber(String(value as Integer));
}

function canonicalObject(value: { [key: string]: JsonValue }): string {
  // Keys that become equal when they are repaired are one key, and the last one counts.
  const members = new Map(Object.entries(value).map(([key, member]) => [wellFormed(key), member]));
  const sorted = [...members].sort(([a], [b]) => compareCodePoints(a, b));
  return `{${sorted.map(([key, member]) => `${canonicalString(key)}:${canonicalJson(member)}`).join(",")}}`;
}

// JSON.stringify escapes what must be escaped, and of the rest only lone surrogates, which are none any more.
function canonicalString(text: string): string {
  return JSON.stringify(wellFormed(text));
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** Orders as UTF-8 does; strings of JavaScript compare by UTF-16, where what lies above U+FFFF comes before U+E000. */
function compareCodePoints(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (isSecondHalf(a, at) || isSecondHalf(b, at)) at--;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

function isSecondHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Integers keep their digits; whatever was written with a point or an exponent is a double. */
function canonicalNumber(text: string): string {
  if (/^-?\d+$/.test(text)) return text === "-0" ? "0" : text;
  return canonicalDouble(Number(text));
}

/** The shortest digits that read back as the double, with .0 when it is integral, an exponent from 1e16 and below 1e-4. */
function canonicalDouble(double: number): string {
  const size = Math.abs(double);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return double.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  const digits = Object.is(double, -0) ? "-0" : String(double);
  return Number.isInteger(double) ? `${digits}.0` : digits;
}
