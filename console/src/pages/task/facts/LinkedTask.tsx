import { Link } from "react-router";
import { PrincipalName } from "../../../components/PrincipalName";
import { ShortId } from "../../../components/ShortId";
import { StatusBadge } from "../../../components/StatusBadge";
import type { LinkedTaskPartsFragment } from "../../../generated/graphql";
import { toTask } from "../../../paths";

/** A task beside this one, in a line. */
export function LinkedTask({ task }: { task: LinkedTaskPartsFragment }) {
  return (
    <div className="linked-task">
      <Link to={toTask(task.id)} data-row>
        {task.type}
      </Link>
      <StatusBadge status={task.status} />
      <div className="linked-owner">
        <PrincipalName principal={task.createdBy} />
        <ShortId id={task.id} what="task id" />
      </div>
    </div>
  );
}
