import type { LiveState } from "../live/event";
import { useLiveState } from "../live/LiveProvider";

const TEXTS: Record<LiveState, string> = {
  connecting: "Connecting…",
  live: "Live",
  reconnecting: "Reconnecting…",
  off: "Not live: this needs the scope READ",
};

/** How the stream of receipts stands. */
export function LiveLine() {
  const state = useLiveState();
  return (
    <div className={`live-line ${state}`} role="status">
      <span className="live-dot" aria-hidden />
      {TEXTS[state]}
    </div>
  );
}
