import type { LedgerTailSubscription } from "../generated/graphql";

/** A receipt that has just been written, with the cursor behind it. */
export type LiveEvent = LedgerTailSubscription["receipts"];

/** Tells whether a receipt changes an answer. */
export type Touch = (receipt: LiveEvent["receipt"]) => boolean;

/** How the stream of receipts stands. */
export type LiveState = "connecting" | "live" | "reconnecting" | "off";
