import { Ban, Network, RotateCw } from "lucide-react";
import { Link } from "react-router";
import { useActions } from "../../actions/context";
import type { TaskPartsFragment } from "../../generated/graphql";
import { toGraph } from "../../paths";

/** What can be done with the task, as far as the viewer may. */
export function TaskActions({ task }: { task: TaskPartsFragment }) {
  const actions = useActions();
  const retry = { name: "retry", task } as const;
  const cancel = { name: "cancel", task } as const;
  return (
    <>
      <Link className="button" to={toGraph(task.id)}>
        <Network aria-hidden />
        Show in graph
      </Link>
      {actions.allows(retry) && (
        <button type="button" className="button" onClick={() => actions.open(retry)}>
          <RotateCw aria-hidden />
          Retry
        </button>
      )}
      {actions.allows(cancel) && (
        <button type="button" className="button danger" onClick={() => actions.open(cancel)}>
          <Ban aria-hidden />
          Cancel
        </button>
      )}
    </>
  );
}
