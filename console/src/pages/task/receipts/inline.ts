import { isLosslessNumber } from "lossless-json";
import type { JsonValue } from "../../../api/json";

const LONGEST = 160;

/** A member of a JSON object; undefined where there is none, or nothing in it. Bodies may be of a kind not yet known. */
export function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
  return value[key] ?? undefined;
}

/** A member that is text; undefined when it is anything else. */
export function textOf(value: JsonValue | undefined, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === "string" && member.trim() !== "" ? member : undefined;
}

/** Writes JSON for people, in one line: "step: running tests, passed: 418". Undefined when it says nothing. */
export function writeInline(value: JsonValue | undefined): string | undefined {
  const text = write(value, 0).replace(/\s+/g, " ").trim();
  if (text === "") return undefined;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text;
}

function write(value: JsonValue | undefined, depth: number): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value))
    return value.length > 3 || depth > 0 ? countOf(value) : value.map((each) => write(each, 1)).join(", ");
  if (!isObject(value)) return String(value);
  if (depth > 0) return "{…}";
  return Object.entries(value)
    .map(([key, member]) => [key.replaceAll("_", " "), write(member, depth + 1)] as const)
    .filter(([, text]) => text !== "")
    .map(([key, text]) => `${key}: ${text}`)
    .join(", ");
}

function countOf(values: JsonValue[]): string {
  return values.length === 1 ? "1 item" : `${values.length} items`;
}

function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}
