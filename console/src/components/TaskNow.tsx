import { useClock } from "../clock/clock";
import type { TaskNowFragment } from "../generated/graphql";
import { Age } from "./Age";
import { Countdown } from "./Countdown";
import { PrincipalName } from "./PrincipalName";

/** What is happening with an open task: who holds it and for how long, or what it waits for. */
export function TaskNow({ task }: { task: TaskNowFragment }) {
  const { lease, eligibility, progress, requirements } = task;
  const delayed = useClock(
    (now) => eligibility.reason === "DELAYED" && eligibility.at !== null && Date.parse(eligibility.at) > now,
  );
  if (lease) {
    return (
      <span className="now">
        <PrincipalName principal={lease.worker} />
        <span className="muted">
          lease <Countdown until={lease.expiresAt} over="is over" urgent />
          {progress && (
            <>
              , progress <Age since={progress.updatedAt} /> ago
            </>
          )}
        </span>
      </span>
    );
  }
  return (
    <span className="muted">
      {delayed && eligibility.at ? (
        <>
          delayed, claimable in <Countdown until={eligibility.at} />
        </>
      ) : (
        `waits for a worker${requirements.capabilities.length > 0 ? ` with ${requirements.capabilities.join(", ")}` : ""}`
      )}
    </span>
  );
}
