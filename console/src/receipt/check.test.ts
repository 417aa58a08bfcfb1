import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type JsonValue, readJson } from "../api/json";
import type { HashedReceiptFragment, PrincipalKind, ReceiptType } from "../generated/graphql";
import { canonicalJson } from "./canonical";
import { bodyHashOf, checkReceipt, envelopeOf } from "./check";

// The vectors that the server itself is tested with.
const FILE = new URL("../../../models/testdata/receipt_hash_vectors.json", import.meta.url);

type Named = { kind: string; id: string };
type Vector = {
  id: string;
  input: {
    receipt_type: string;
    task_id: string | null;
    lease_id: string | null;
    from: Named;
    to: Named;
    parents: string[] | null;
    body: JsonValue;
  };
  canonical_body: string | null;
  body_hash: string | null;
  canonical_envelope: string;
  hash: string;
};

const { vectors, equalities } = readJson(readFileSync(FILE, "utf8")) as unknown as {
  vectors: Vector[];
  equalities: [string, string][];
};

/** The receipt of a vector, as the API tells it. */
function receiptOf({ input, body_hash, hash }: Vector): HashedReceiptFragment {
  const principal = ({ kind, id }: Named) => ({ kind: kind.toUpperCase() as PrincipalKind, id });
  return {
    type: input.receipt_type.toUpperCase().replace(".", "_") as ReceiptType,
    from: principal(input.from),
    to: principal(input.to),
    task: input.task_id === null ? null : { id: input.task_id },
    lease: input.lease_id === null ? null : { id: input.lease_id },
    parents: (input.parents ?? []).map((id) => ({ id })),
    body: input.body,
    bodyHash: body_hash,
    archived: false,
    hash,
  };
}

describe("the hash vectors", () => {
  it("are all there", () => {
    expect(vectors).toHaveLength(23);
    expect(equalities).toHaveLength(4);
  });

  it.each(vectors.map((vector) => [vector.id, vector] as const))("%s", (_, vector) => {
    const receipt = receiptOf(vector);
    if (vector.canonical_body !== null) expect(canonicalJson(receipt.body)).toBe(vector.canonical_body);
    expect(bodyHashOf(receipt.body)).toBe(vector.body_hash);
    expect(envelopeOf(receipt, vector.body_hash)).toBe(vector.canonical_envelope);
    expect(checkReceipt(receipt)).toEqual({ verdict: "verified", bodyHash: vector.body_hash, hash: vector.hash });
  });

  it.each(equalities)("%s and %s are equal", (one, other) => {
    const hash = (id: string) =>
      vectors.filter((vector) => vector.id === id).map((vector) => checkReceipt(receiptOf(vector)).hash);
    expect(hash(one)).toHaveLength(1);
    expect(hash(one)).toEqual(hash(other));
  });
});

describe("a receipt", () => {
  const [basic] = vectors;
  if (basic === undefined) throw new Error("there is no vector");
  const receipt = receiptOf(basic);

  it.each<[string, Partial<HashedReceiptFragment>]>([
    ["another body", { body: { result_summary: "ok!" } }],
    ["no body", { body: {} }],
    ["another body's hash", { bodyHash: "0".repeat(64) }],
    ["another type", { type: "TASK_FAILED" }],
    ["another author", { from: { kind: "SERVICE", id: receipt.from.id } }],
    ["another addressee", { to: { kind: receipt.to.kind, id: "other" } }],
    ["no task", { task: null }],
    ["no lease", { lease: null }],
    ["no parents", { parents: [] }],
    ["a parent twice", { parents: [...receipt.parents, ...receipt.parents] }],
    ["another hash", { hash: "0".repeat(64) }],
  ])("with %s is refuted", (_, change) => {
    expect(checkReceipt({ ...receipt, ...change }).verdict).toBe("refuted");
  });

  it("that is archived is checked by its envelope", () => {
    const archived = { ...receipt, archived: true, body: {} };
    expect(checkReceipt(archived).verdict).toBe("archived");
    expect(checkReceipt({ ...archived, task: null }).verdict).toBe("refuted");
    expect(checkReceipt({ ...archived, bodyHash: "0".repeat(64) }).verdict).toBe("refuted");
  });
});
