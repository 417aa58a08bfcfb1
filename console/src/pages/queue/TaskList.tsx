import { Link } from "react-router";
import { EmptyState } from "../../components/EmptyState";
import { ErrorState } from "../../components/ErrorState";
import { LoadMore } from "../../components/LoadMore";
import { Skeleton } from "../../components/Skeleton";
import type { QueuedTaskFragment } from "../../generated/graphql";
import { type QueueFilter, toQueue } from "../../paths";
import { TaskRow } from "./TaskRow";
import type { useTasks } from "./useTasks";

type Props = {
  query: ReturnType<typeof useTasks>;
  /** The tasks of all pages; undefined before the first has come. */
  tasks: readonly QueuedTaskFragment[] | undefined;
  filter: QueueFilter;
};

/** The tasks that pass the filter, newest first. */
export function TaskList({ query, tasks, filter }: Props) {
  if (tasks === undefined) {
    return query.error ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton />;
  }
  if (tasks.length === 0) return <NoTasks filtered={toQueue(filter) !== toQueue()} />;
  return (
    <>
      <div className={query.isPlaceholderData ? "panel leaving" : "panel"}>
        <table className="table queue">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Status</th>
              <th scope="col">Now</th>
              <th scope="col">Owner</th>
              <th scope="col">Attempt</th>
              <th scope="col" className="number">
                Age
              </th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <TaskRow key={task.id} task={task} />
            ))}
          </tbody>
        </table>
      </div>
      <LoadMore {...query.more} />
    </>
  );
}

function NoTasks({ filtered }: { filtered: boolean }) {
  if (!filtered) {
    return (
      <EmptyState title="There are no tasks">
        Whatever agents, services and people have created appears here, with its worker and how it ended.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No task passes the filter"
      actions={
        <Link className="button" to={toQueue()}>
          Show all tasks
        </Link>
      }
    >
      One that does appears here as soon as it is created, or moves.
    </EmptyState>
  );
}
