import type { LeaseState } from "../../../generated/graphql";

const STATES: Record<LeaseState, { text: string; tone: string }> = {
  ACTIVE: { text: "active", tone: "active" },
  COMPLETED: { text: "completed", tone: "good" },
  FAILED: { text: "failed", tone: "bad" },
  CANCELED: { text: "canceled", tone: "void" },
  RELEASED: { text: "released", tone: "waiting" },
  EXPIRED: { text: "expired", tone: "held" },
};

/** How a lease stands, or ended. */
export function LeaseStateText({ state }: { state: LeaseState }) {
  const { text, tone } = STATES[state];
  return <span className={`lease-state toned ${tone}`}>{text}</span>;
}
