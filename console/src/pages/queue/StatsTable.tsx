import { Link } from "react-router";
import { Age } from "../../components/Age";
import { StatusBadge, statusText, statusTone, TASK_STATUSES } from "../../components/StatusBadge";
import type { TaskStatus } from "../../generated/graphql";
import { type QueueFilter, toQueue } from "../../paths";
import type { Stats, TypeStats } from "./stats";

type Props = { types: readonly TypeStats[]; total: Stats["total"]; filter: QueueFilter };

/** Counts by type and status. Each leads to the tasks that it counts; the one that is shown leads back to all. */
export function StatsTable({ types, total, filter }: Props) {
  return (
    <table className="table stats">
      <thead>
        <tr>
          <th scope="col">Type</th>
          {TASK_STATUSES.map((status) => (
            <th key={status} scope="col" className="number">
              <StatusBadge status={status} />
            </th>
          ))}
          <th scope="col" className="number">
            Oldest claimable
          </th>
        </tr>
      </thead>
      <tbody>
        {types.length > 1 && <StatsRow type={undefined} row={total} filter={filter} />}
        {types.map((row) => (
          <StatsRow key={row.type} type={row.type} row={row} filter={filter} />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = { type: string | undefined; row: Stats["total"]; filter: QueueFilter };

function StatsRow({ type, row, filter }: RowProps) {
  const here = filter.type === type && !filter.statuses?.length;
  return (
    <tr className={type === undefined ? "stats-total" : ""}>
      <th scope="row" className="lead">
        <Link className={here ? "chosen" : ""} to={toQueue({ ...filter, type, statuses: [] })} title={type ?? "All types"}>
          {type ?? "All types"}
        </Link>
      </th>
      {TASK_STATUSES.map((status) => (
        <td key={status} className="number" data-status={status}>
          <Count type={type} status={status} count={row.counts[status] ?? 0} filter={filter} />
        </td>
      ))}
      <td className="number oldest">
        {row.oldest ? (
          <>
            <span className="count-status">claimable for </span>
            <Age since={row.oldest} tinted />
          </>
        ) : (
          <span className="none">–</span>
        )}
      </td>
    </tr>
  );
}

type CountProps = { type: string | undefined; status: TaskStatus; count: number; filter: QueueFilter };

function Count({ type, status, count, filter }: CountProps) {
  const chosen = filter.type === type && filter.statuses?.length === 1 && filter.statuses[0] === status;
  if (count === 0 && !chosen) return <span className="none">–</span>;
  return (
    <Link
      className={`count ${statusTone(status)}${chosen ? " chosen" : ""}`}
      to={chosen ? toQueue({ ...filter, type: undefined, statuses: [] }) : toQueue({ ...filter, type, statuses: [status] })}
    >
      {count.toLocaleString()}
      <span className="count-status"> {statusText(status).toLowerCase()}</span>
      {type !== undefined && <span className="offscreen">, {type}</span>}
    </Link>
  );
}
