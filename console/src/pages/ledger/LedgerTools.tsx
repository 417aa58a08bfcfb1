import { ArrowUp, Pause, Play } from "lucide-react";
import type { LedgerReceiptFragment } from "../../generated/graphql";
import type { LiveState } from "../../live/event";
import { useLiveState } from "../../live/LiveProvider";
import { VerifyAll } from "./VerifyAll";

type Props = {
  receipts: readonly LedgerReceiptFragment[];
  following: boolean;
  paused: boolean;
  onPause: (paused: boolean) => void;
  /** What is missing at the newest end: how many, as far as that is known, and how to see it. */
  newer: { count: number; more: boolean; show: () => void } | null;
};

/** The line above the ledger, which stays in view: how it moves, what is new, what the check has said. */
export function LedgerTools({ receipts, following, paused, onPause, newer }: Props) {
  const live = useLiveState();
  return (
    <div className="ledger-tools">
      <button
        type="button"
        className="button"
        aria-pressed={paused}
        title={paused ? "Show what is written, as it is written" : "Let the list stand still"}
        onClick={() => onPause(!paused)}
      >
        {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        {paused ? "Follow" : "Pause"}
      </button>
      <span className="muted" role="status">
        {movementOf(live, following, paused)}
      </span>
      {newer && !following && (
        <button type="button" className="button primary newer" onClick={newer.show}>
          <ArrowUp aria-hidden />
          {newer.count > 0 ? `${newer.count}${newer.more ? "+" : ""} new` : "Back to the newest"}
        </button>
      )}
      <VerifyAll receipts={receipts} />
    </div>
  );
}

function movementOf(live: LiveState, following: boolean, paused: boolean): string {
  if (live !== "live") return "";
  if (following) return "Following";
  return paused ? "Paused" : "Standing still while you read";
}
