import { Link } from "react-router";
import { PrincipalName } from "../../components/PrincipalName";
import { StatusBadge } from "../../components/StatusBadge";
import { toGraph, toTask } from "../../paths";
import type { Kin, Task } from "./graph";

/** Says where the keys are. */
export function CurrentTask({ task, kin }: { task: Task | undefined; kin: Kin | undefined }) {
  return (
    <div id="current-task" className={task ? "current-task" : "offscreen"} role="status">
      {task && kin && (
        <>
          <Link to={toTask(task.id)}>{task.type}</Link>
          <StatusBadge status={task.status} />
          <PrincipalName principal={task.owner} />
          <small>
            out of {kin.parents.length}, into {kin.children.length}
          </small>
          <Link to={toGraph(task.id)}>Its family</Link>
        </>
      )}
    </div>
  );
}
