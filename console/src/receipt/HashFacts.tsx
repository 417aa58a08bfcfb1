import { ShortId } from "../components/ShortId";
import type { HashedReceiptFragment } from "../generated/graphql";
import { envelopeOf } from "./check";
import { HashCheck, useCheck } from "./HashCheck";

/** The hashes of a receipt, what they were computed from, and what came out. For a list of facts, .facts. */
export function HashFacts({ receipt }: { receipt: HashedReceiptFragment }) {
  const check = useCheck(receipt);
  return (
    <>
      <dt>Hash</dt>
      <dd>
        <span className="hash-line">
          <HashCheck receipt={receipt} />
          <Digest given={receipt.hash} computed={check?.hash} what="hash" />
        </span>
      </dd>
      <dt>Body hash</dt>
      <dd>
        <Digest given={receipt.bodyHash} computed={check?.bodyHash} what="body hash" />
        {receipt.archived && <span className="muted"> · the body is in an archive</span>}
      </dd>
      <dt>Envelope</dt>
      <dd>
        <code className="envelope">{envelopeOf(receipt, receipt.bodyHash)}</code>
      </dd>
    </>
  );
}

type DigestProps = { given: string | null; computed: string | null | undefined; what: string };

/** A digest as the server gives it, and the one that was computed where that is another. */
function Digest({ given, computed, what }: DigestProps) {
  return (
    <span>
      {given === null ? <span className="muted">none: the body is empty</span> : <ShortId id={given} what={what} />}
      {computed !== undefined && computed !== given && (
        <span className="bad">
          {" "}
          computed here: <code>{computed ?? "none"}</code>
        </span>
      )}
    </span>
  );
}
