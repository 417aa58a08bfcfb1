import { Ban } from "lucide-react";
import { memo } from "react";
import { useActions } from "../../actions/context";
import { Age } from "../../components/Age";
import { Attempts } from "../../components/Attempts";
import { StatusBadge } from "../../components/StatusBadge";
import { TaskCell } from "../../components/TaskCell";
import { TaskNow } from "../../components/TaskNow";
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
        <TaskCell task={task} />
      </td>
      <td data-label="Status">
        <StatusBadge status={(closed && mark.as) || task.status} />
      </td>
      <td data-label="Now">{closed ? <span className="muted">closed just now</span> : <TaskNow task={task} />}</td>
      <td data-label="Attempt">
        <Attempts task={task} />
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
