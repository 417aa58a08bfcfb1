import { Ban } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import { useActions } from "../../actions/context";
import { Age } from "../../components/Age";
import { ShortId } from "../../components/ShortId";
import { StatusBadge } from "../../components/StatusBadge";
import { TaskNow } from "../../components/TaskNow";
import { toTask } from "../../paths";
import type { Row } from "./changes";

/** One obligation: how long it has been owed, for which task, and what is happening. */
export const ObligationRow = memo(function ObligationRow({ row: { obligation, mark } }: { row: Row }) {
  const { createdAt, task } = obligation;
  const actions = useActions();
  if (task === null) return null;
  const closed = mark?.is === "closed";
  const cancel = { name: "cancel", task } as const;
  return (
    <tr className={mark ? `row-${mark.is}` : ""}>
      <td data-label="Age">
        <Age since={createdAt} tinted />
      </td>
      <td className="lead">
        <div className="task-cell">
          <Link data-row to={toTask(task.id)}>
            {task.type}
          </Link>
          <ShortId id={task.id} what="task id" />
        </div>
      </td>
      <td data-label="Status">
        <StatusBadge status={(closed && mark.as) || task.status} />
      </td>
      <td data-label="Now">{closed ? <span className="muted">closed just now</span> : <TaskNow task={task} />}</td>
      <td data-label="Attempt">
        {task.attempt + 1} of {task.maxAttempts}
        {task.expiryCount > 0 && (
          <span className="muted" title="Leases that ran out">
            {" "}
            · {task.expiryCount} lost
          </span>
        )}
      </td>
      <td className="row-actions">
        {!closed && actions.allows(cancel) && (
          <button
            type="button"
            className="button quiet icon"
            title="Cancel the task"
            aria-label={`Cancel ${task.type}`}
            onClick={() => actions.open(cancel)}
          >
            <Ban aria-hidden />
          </button>
        )}
      </td>
    </tr>
  );
});
