import { memo } from "react";
import { Age } from "../../components/Age";
import { Attempts } from "../../components/Attempts";
import { PrincipalName } from "../../components/PrincipalName";
import { StatusBadge } from "../../components/StatusBadge";
import { TaskCell } from "../../components/TaskCell";
import { TaskNow } from "../../components/TaskNow";
import type { QueuedTaskFragment } from "../../generated/graphql";

/** One task: what it is, how far, for whom, and what it waits for. */
export const TaskRow = memo(function TaskRow({ task }: { task: QueuedTaskFragment }) {
  return (
    <tr>
      <td className="lead">
        <TaskCell task={task} />
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
        <Attempts task={task} />
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
