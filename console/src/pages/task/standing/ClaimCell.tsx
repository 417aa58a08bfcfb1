import { CircleCheck, CircleSlash2, Clock, Hand } from "lucide-react";
import { useClock } from "../../../clock/clock";
import { Countdown } from "../../../components/Countdown";
import { PrincipalName } from "../../../components/PrincipalName";
import { claimabilityOf } from "../facts/eligibility";
import { renewalsLeft } from "../facts/renewals";
import { Cell } from "./Cell";
import type { Task } from "./Standing";

const ICONS = { CLAIMABLE: CircleCheck, DELAYED: Clock, LEASED: Hand, TERMINAL: CircleSlash2 };
const TONES = { CLAIMABLE: "good", DELAYED: "held", LEASED: "active", TERMINAL: "void" };

/** Whether a worker could claim it, and if not, why and until when. */
export function ClaimCell({ task: { eligibility, lease, requirements, status } }: { task: Task }) {
  const at = eligibility.at === null ? Number.POSITIVE_INFINITY : Date.parse(eligibility.at);
  const come = useClock((now) => at <= now);
  const { claimable, text, change } = claimabilityOf(eligibility, come);
  const reason = claimable ? "CLAIMABLE" : eligibility.reason;
  return (
    <Cell title="Claimable?" icon={ICONS[reason]} tone={TONES[reason]} lead={text}>
      {claimable && <Claimants capabilities={requirements.capabilities} />}
      {change && (
        <>
          {come ? "lease has " : `${change.before} `}
          <strong>
            <Countdown until={change.at} over={change.over} />
          </strong>
        </>
      )}
      {lease && (
        <>
          {"; "}
          <PrincipalName principal={lease.worker} link />, {renewalsLeft(lease.renewalsRemaining)}
        </>
      )}
      {reason === "TERMINAL" && (status === "SUCCEEDED" ? "ended tasks never change" : "a retry would be a new task")}
    </Cell>
  );
}

function Claimants({ capabilities }: { capabilities: string[] }) {
  if (capabilities.length === 0) return "by any worker";
  return (
    <>
      by workers with <strong>{capabilities.join(", ")}</strong>
    </>
  );
}
