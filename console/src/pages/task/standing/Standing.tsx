import type { TaskDetailsQuery } from "../../../generated/graphql";
import { AttemptsCell } from "./AttemptsCell";
import { ClaimCell } from "./ClaimCell";
import { ObligationCell } from "./ObligationCell";
import { TimesCell } from "./TimesCell";
import "./standing.css";

export type Task = NonNullable<TaskDetailsQuery["task"]>;

/** How a task stands, at a glance: what is owed, whether it can be claimed, its attempts and its times. */
export function Standing({ task }: { task: Task }) {
  return (
    <div className="panel standing">
      <ObligationCell obligation={task.obligation} />
      <ClaimCell task={task} />
      <AttemptsCell task={task} />
      <TimesCell task={task} />
    </div>
  );
}
