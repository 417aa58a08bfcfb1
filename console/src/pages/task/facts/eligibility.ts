import type { TaskPartsFragment } from "../../../generated/graphql";

/** Whether a worker could claim a task now, in words. */
export type Claimability = {
  claimable: boolean;
  text: string;
  /** When that changes by itself, and what it is called until then. */
  change?: { at: string; before: string; over: string };
};

/** The server's word was true when it was given. That its instant has come since then, the clock tells. */
export function claimabilityOf({ reason, at }: TaskPartsFragment["eligibility"], come: boolean): Claimability {
  switch (reason) {
    case "CLAIMABLE":
      return { claimable: true, text: "Yes, now" };
    case "DELAYED":
      if (at == null) return { claimable: false, text: "No, not yet" };
      if (come) return { claimable: true, text: "Yes, now" };
      return { claimable: false, text: "No, not yet", change: { at, before: "claimable in", over: "now" } };
    case "LEASED":
      return {
        claimable: false,
        text: "No, a worker holds it",
        ...(at != null && { change: { at, before: "lease runs out in", over: "run out, about to be taken back" } }),
      };
    case "TERMINAL":
      return { claimable: false, text: "No, it has ended" };
    default:
      return { claimable: false, text: "No" };
  }
}
