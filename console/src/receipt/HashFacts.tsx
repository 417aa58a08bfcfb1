import { CopyButton } from "../components/CopyButton";
import type { HashedReceiptFragment } from "../generated/graphql";
import { envelopeOf } from "./check";
import { HashCheck, useCheck } from "./HashCheck";

/** The hashes of a receipt, what they were computed from, and what came out. For a list of facts, .facts. */
export function HashFacts({ receipt }: { receipt: HashedReceiptFragment }) {
  const check = useCheck(receipt);
  return (
    <>
      <dt>Check</dt>
      <dd>
        <HashCheck receipt={receipt} />
      </dd>
      <dt>Hash</dt>
      <dd>
        <Digest given={receipt.hash} computed={check?.hash} what="hash" />
      </dd>
      <dt>Body hash</dt>
      <dd>
        <Digest given={receipt.bodyHash} computed={check?.bodyHash} what="body hash" />
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
    <>
      {given === null ? (
        <span className="muted">none: the body is empty</span>
      ) : (
        <CopyButton text={given} what={what} className="short-id digest">
          {given}
        </CopyButton>
      )}
      {computed !== undefined && computed !== given && (
        <div className="bad">
          computed here: <code>{computed ?? "none"}</code>
        </div>
      )}
    </>
  );
}
