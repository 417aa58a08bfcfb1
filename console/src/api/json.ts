import { LosslessNumber, parse, stringify } from "lossless-json";

/** A whole number of any size: what JavaScript's own numbers can't hold is a bigint. */
export type Integer = number | bigint;

/** A JSON value with every digit of its numbers; what neither number nor bigint writes the same way keeps its text. */
export type JsonValue = null | boolean | string | Integer | LosslessNumber | JsonValue[] | { [key: string]: JsonValue };

/** Reads JSON without losing a digit. Throws a SyntaxError for what is none. */
export function readJson(text: string): JsonValue {
  return parse(text, undefined, readNumber) as JsonValue;
}

/** Writes a value as readJson has read it. */
export function writeJson(value: unknown, indent?: number): string {
  return stringify(value, undefined, indent) ?? "null";
}

function readNumber(text: string): Integer | LosslessNumber {
  const value = Number(text);
  if (String(value) === text) return value;
  return /^-?[1-9]\d*$/.test(text) ? BigInt(text) : new LosslessNumber(text);
}
