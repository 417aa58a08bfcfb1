import { Archive, CircleDashed, type LucideIcon, ShieldAlert, ShieldCheck } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { HashedReceiptFragment } from "../generated/graphql";
import type { Check, Verdict } from "./check";
import { whenSeen } from "./seen";
import { verifier } from "./verifier";
import "./hash_check.css";

type Look = { icon: LucideIcon; text: string; tone: string; title: string };

const LOOKS: Record<Verdict | "checking", Look> = {
  checking: { icon: CircleDashed, text: "Checking", tone: "waiting", title: "To be computed when the browser has time" },
  verified: {
    icon: ShieldCheck,
    text: "Verified",
    tone: "good",
    title: "Computed here, from all that it says: the hash is right",
  },
  archived: {
    icon: Archive,
    text: "Archived",
    tone: "void",
    title: "The body is in an archive. The envelope, with the body's hash, was computed here: the hash is right",
  },
  refuted: {
    icon: ShieldAlert,
    text: "Not verified",
    tone: "bad",
    title: "Computed here, the hash is another: this is not what was written to the ledger",
  },
};

type Props = {
  receipt: HashedReceiptFragment;
  /** Only the icon, where there is no room for the word. */
  compact?: boolean;
};

/** Whether a receipt's hash is right: computed in the browser once the badge is in view and there is time. */
export function HashCheck({ receipt, compact = false }: Props) {
  const badge = useRef<HTMLSpanElement>(null);
  const verdict = useCheck(receipt)?.verdict ?? "checking";
  const pending = verdict === "checking";
  useEffect(() => {
    if (pending && badge.current) return whenSeen(badge.current, () => verifier.ask(receipt));
  }, [pending, receipt]);

  const { icon: Icon, text, tone, title } = LOOKS[verdict];
  return (
    <span
      ref={badge}
      className={compact ? `hash-check ${tone}` : `badge ${tone}`}
      data-verdict={verdict}
      title={`${text}. ${title}`}
    >
      <Icon aria-hidden />
      {compact ? <span className="offscreen">{text}</span> : text}
    </span>
  );
}

/** What came out of checking a receipt; undefined before. */
export function useCheck(receipt: HashedReceiptFragment): Check | undefined {
  return useSyncExternalStore(verifier.subscribe, () => verifier.of(receipt));
}
