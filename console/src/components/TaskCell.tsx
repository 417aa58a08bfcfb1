import { Link } from "react-router";
import { toTask } from "../paths";
import { ShortId } from "./ShortId";

/** Names the task that a table's row is about, and leads to it: the row's own link. */
export function TaskCell({ task: { id, type } }: { task: { id: string; type: string } }) {
  return (
    <div className="task-cell">
      <Link data-row to={toTask(id)} title={type}>
        {type}
      </Link>
      <ShortId id={id} what="task id" />
    </div>
  );
}
