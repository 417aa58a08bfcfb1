import type { Node, NodeProps } from "@xyflow/react";
import { Ellipsis } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import { Age } from "../../components/Age";
import { writePrincipal } from "../../components/principal";
import { StatusIcon, statusText, statusTone } from "../../components/StatusBadge";
import { toGraph, toTask } from "../../paths";
import type { Task } from "./graph";

/** What a card shows beside its task. */
export type Look = {
  /** The colour of its owner. */
  lane: number | null;
  /** It is not among what is looked for. */
  dim: boolean;
  /** It has kin that is not here. */
  beyond: boolean;
  /** The graph is its family. */
  focus: boolean;
  /** It is where the keys are. */
  current: boolean;
};

export type TaskNode = Node<Look & { task: Task }, "task">;

/** A task in the graph; a click leads to it. The keys go from card to card by themselves, so none is a stop for Tab. */
export const TaskCard = memo(function TaskCard({ data }: NodeProps<TaskNode>) {
  const { task, lane, dim, beyond, focus, current } = data;
  const owner = writePrincipal(task.owner);
  const classes = ["card", statusTone(task.status), task.open ? "open" : "closed"];
  if (dim) classes.push("dim");
  if (focus) classes.push("focus");
  if (current) classes.push("current");
  return (
    <div className={classes.join(" ")} data-task={task.id}>
      <Link
        to={toTask(task.id)}
        tabIndex={-1}
        draggable={false}
        className="card-link"
        title={`${task.type}\n${statusText(task.status)}, ${task.open ? "still owed" : "closed"}\n${owner}\n${task.id}`}
      >
        <span className="card-line">
          <StatusIcon status={task.status} />
          <span className="offscreen">{statusText(task.status)}</span>
          <b className="card-type">{task.type}</b>
          <Age since={task.since} short />
        </span>
        <span className="card-line card-owner">
          <i className={`lane lane-${lane ?? "none"}`} />
          <span>{owner}</span>
        </span>
      </Link>
      {beyond && (
        <Link
          to={toGraph(task.id)}
          tabIndex={-1}
          draggable={false}
          className="card-beyond"
          title="It has kin that is not shown here: to its family"
          aria-label="Its family"
        >
          <Ellipsis aria-hidden />
        </Link>
      )}
    </div>
  );
});
