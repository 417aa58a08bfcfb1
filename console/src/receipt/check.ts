import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { JsonValue } from "../api/json";
import type { HashedReceiptFragment } from "../generated/graphql";
import { canonicalJson } from "./canonical";
import { wireKind, wireType } from "./wire";

/** What has become of checking a receipt: "archived" when its body is elsewhere and all that is left of it holds. */
export type Verdict = "verified" | "archived" | "refuted";

/** A receipt's hashes, computed from what it says. */
export type Check = { verdict: Verdict; bodyHash: string | null; hash: string };

/** Computes the hashes of a receipt anew and compares them with those that it carries. */
export function checkReceipt(receipt: HashedReceiptFragment): Check {
  // The hash of a body that has moved to an archive is all that can be had of it.
  const bodyHash = receipt.archived ? receipt.bodyHash : bodyHashOf(receipt.body);
  const hash = sha256Hex(envelopeOf(receipt, bodyHash));
  const holds = hash === receipt.hash && bodyHash === receipt.bodyHash;
  return { verdict: !holds ? "refuted" : receipt.archived ? "archived" : "verified", bodyHash, hash };
}

/** The hash of a body; an empty one has none. */
export function bodyHashOf(body: JsonValue): string | null {
  const text = canonicalJson(body);
  return text === "null" || text === "{}" ? null : sha256Hex(text);
}

/** The text that a receipt's hash is made of: who tells whom what, about which task, answering which receipts. */
export function envelopeOf(receipt: Omit<HashedReceiptFragment, "body">, bodyHash: string | null): string {
  return canonicalJson({
    body_hash: bodyHash,
    from_id: receipt.from.id,
    from_kind: wireKind(receipt.from),
    lease_id: receipt.lease?.id ?? null,
    parents: receipt.parents.map(({ id }) => id).sort(),
    receipt_type: wireType(receipt.type),
    task_id: receipt.task?.id ?? null,
    to_id: receipt.to.id,
    to_kind: wireKind(receipt.to),
  });
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}
