import { writeInstant, writeSpan } from "../../../clock/duration";
import { Age } from "../../../components/Age";
import { Countdown } from "../../../components/Countdown";
import { PrincipalName } from "../../../components/PrincipalName";
import { ShortId } from "../../../components/ShortId";
import type { TaskLeasePartsFragment } from "../../../generated/graphql";
import { Section } from "../Section";
import { LeaseStateText } from "./LeaseStateText";
import { renewalsLeft } from "./renewals";

type Props = { leases: readonly TaskLeasePartsFragment[]; more: boolean };

/** Who held the task, the newest first. */
export function LeaseSection({ leases, more }: Props) {
  return (
    <Section title="Leases" note={<small>{count(leases.length, more)}</small>}>
      {leases.length === 0 ? (
        <p className="muted">No worker has ever claimed it.</p>
      ) : (
        <ol className="leases">
          {leases.map((lease) => (
            <li key={lease.id} className={lease.state === "ACTIVE" ? "lease current" : "lease"}>
              <LeaseItem lease={lease} />
            </li>
          ))}
        </ol>
      )}
      {more && <p className="muted">Older ones are in the timeline.</p>}
    </Section>
  );
}

function LeaseItem({ lease }: { lease: TaskLeasePartsFragment }) {
  const { id, state, worker, acquiredAt, expiresAt, endedAt, renewalCount, renewalsRemaining } = lease;
  return (
    <>
      <div className="lease-line">
        <PrincipalName principal={worker} link />
        <LeaseStateText state={state} />
        <span className="lease-time" title={writeInstant(acquiredAt)}>
          {endedAt === null ? (
            <>
              <Countdown until={expiresAt} over="run out" /> left
            </>
          ) : (
            `held ${writeSpan(Date.parse(endedAt) - Date.parse(acquiredAt))}`
          )}
        </span>
      </div>
      <div className="lease-line muted">
        <span>{state === "ACTIVE" ? renewalsLeft(renewalsRemaining) : renewed(renewalCount)}</span>
        <span>
          claimed <Age since={acquiredAt} /> ago
        </span>
        <ShortId id={id} what="lease id" />
      </div>
    </>
  );
}

function renewed(times: number): string {
  if (times === 0) return "not renewed";
  return times === 1 ? "renewed once" : `renewed ${times} times`;
}

function count(leases: number, more: boolean): string {
  if (leases === 0) return "none";
  return more ? `the newest ${leases}` : String(leases);
}
