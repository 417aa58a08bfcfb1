import type { JsonValue } from "../../../api/json";
import { textOf } from "../receipts/inline";

export type Artifact = { label: string; href?: string };

/** How an artifact is named and, when it lies on the web, where. Nothing but http and https becomes a link. */
export function artifactOf(value: JsonValue): Artifact {
  const address = textOf(value, "url") ?? textOf(value, "uri") ?? textOf(value, "href");
  const label = textOf(value, "name") ?? textOf(value, "title") ?? address ?? textOf(value, "type") ?? "Artifact";
  const href = webAddress(address);
  return href === undefined ? { label } : { label, href };
}

/** The address, if it is one of the web. */
export function webAddress(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}
