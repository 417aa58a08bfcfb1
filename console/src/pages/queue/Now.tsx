import { useClock } from "../../clock/clock";
import { Age } from "../../components/Age";
import { Countdown } from "../../components/Countdown";
import { PrincipalName } from "../../components/PrincipalName";
import type { QueuedTaskFragment } from "../../generated/graphql";

/** Whether a worker could claim a task, and if not, why: who holds it and for how long, when it is due, when it ended. */
export function Now({ task }: { task: QueuedTaskFragment }) {
  const { lease, eligibility, outcome } = task;
  const { reason, at } = eligibility;
  const due = useClock((now) => reason === "DELAYED" && at !== null && Date.parse(at) <= now);
  if (outcome) {
    return (
      <span className="muted">
        ended <Age since={outcome.completedAt} /> ago
      </span>
    );
  }
  if (lease) {
    return (
      <>
        <PrincipalName principal={lease.worker} link />
        <span className="muted">
          lease <Countdown until={lease.expiresAt} over="is over" />
        </span>
      </>
    );
  }
  if (reason === "DELAYED" && at !== null && !due) {
    return (
      <span className="muted">
        claimable in <Countdown until={at} />
      </span>
    );
  }
  return <span className="claimable">claimable</span>;
}
