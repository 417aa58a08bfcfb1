import { examples } from "../../../internal/web/static/examples.js";

const cast = new Set(["", ...examples.map(({ principal }) => principal ?? "")]);

/** Tells whether a principal is nobody's choice: an example's, or none. */
export function isCast(principal: string | undefined): boolean {
  return cast.has(principal ?? "");
}
