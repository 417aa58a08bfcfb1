import { memo } from "react";
import { Link } from "react-router";
import { Age } from "../../components/Age";
import { PrincipalName } from "../../components/PrincipalName";
import { ShortId } from "../../components/ShortId";
import { StatusBadge } from "../../components/StatusBadge";
import { TaskNow } from "../../components/TaskNow";
import type { QueuedTaskFragment } from "../../generated/graphql";
import { toTask } from "../../paths";

/** One task: what it is, how far, for whom, and what it waits for. */
export const TaskRow = memo(function TaskRow({ task }: { task: QueuedTaskFragment }) {
  return (
    <tr>
      <td className="lead">
        <div className="queue-task">
          <Link data-row to={toTask(task.id)} title={task.type}>
            {task.type}
          </Link>
          <ShortId id={task.id} what="task id" />
        </div>
      </td>
      <td data-label="Status">
        <StatusBadge status={task.status} />
      </td>
      <td data-label="Now" className="queue-now">
        {task.outcome ? (
          <span className="muted">
            ended <Age since={task.outcome.completedAt} /> ago
          </span>
        ) : (
          <TaskNow task={task} />
        )}
      </td>
      <td data-label="Owner" className="queue-owner">
        <PrincipalName principal={task.createdBy} link />
      </td>
      <td data-label="Attempt">
        {task.attempt + 1} of {task.maxAttempts}
        {task.expiryCount > 0 && (
          <span className="muted" title="Leases that ran out">
            {" "}
            · {task.expiryCount} lost
          </span>
        )}
        {task.priority !== 0 && (
          <span className="muted" title="Tasks of higher priority are claimed first">
            {" "}
            · priority {task.priority}
          </span>
        )}
      </td>
      <td data-label="Age" className="number">
        <Age since={task.createdAt} />
      </td>
    </tr>
  );
});
