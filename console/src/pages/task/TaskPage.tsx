import { useState } from "react";
import { Link, useParams } from "react-router";
import { useApiQuery } from "../../api/query";
import { useDue } from "../../clock/useDue";
import { EmptyState } from "../../components/EmptyState";
import { ErrorState } from "../../components/ErrorState";
import { PageHeader } from "../../components/PageHeader";
import { ShortId } from "../../components/ShortId";
import { Skeleton } from "../../components/Skeleton";
import { StatusBadge } from "../../components/StatusBadge";
import { TaskDetailsDocument } from "../../generated/graphql";
import { toQueue } from "../../paths";
import { Facts } from "./Facts";
import { GraphSection, TimelineSection } from "./Life";
import { useReceipts } from "./receipts/useReceipts";
import { Standing, type Task } from "./standing/Standing";
import { TaskActions } from "./TaskActions";
import { touchesTask } from "./touch";
import { useKeys } from "./useKeys";
import { useView } from "./useView";
import { ViewSwitch } from "./ViewSwitch";
import "./task.css";

/** One task: how it stands, what has happened to it, what it was asked and what it brought. */
export function TaskPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = useApiQuery(TaskDetailsDocument, { id }, { touchedBy: touchesTask(id) });
  useDue([data?.task?.eligibility.at ?? null], refetch);
  const view = useView();
  useKeys(view.next);
  // What is there stays there while a refresh fails: the live line says that the server is away.
  if (data?.task) return <TaskContent key={id} task={data.task} view={view} />;
  return (
    <>
      <PageHeader title="Task" note={<ShortId id={id} what="task id" />} />
      {data ? (
        <EmptyState title="There is no such task" actions={<Link to={toQueue()}>The queue</Link>}>
          No task of this tenant has the id <code>{id}</code>.
        </EmptyState>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="panel">
          <Skeleton />
        </div>
      )}
    </>
  );
}

function TaskContent({ task, view }: { task: Task; view: ReturnType<typeof useView> }) {
  const life = useReceipts(task.id);
  const [chosen, setChosen] = useState<string>();
  const choose = (id: string) => setChosen(id === chosen ? undefined : id);
  const shared = { task, life, chosen };
  const controls = <ViewSwitch {...view} />;
  const alone = view.view === "graph";
  return (
    <>
      <PageHeader
        title={task.type}
        note={
          <span className="task-note">
            <StatusBadge status={task.status} /> <ShortId id={task.id} what="task id" />
          </span>
        }
        actions={<TaskActions task={task} />}
      />
      <div className="task-page">
        <Standing task={task} />
        {view.view !== "timeline" && <GraphSection {...shared} onChoose={choose} controls={controls} alone={alone} />}
        <div className={alone ? "task-columns alone" : "task-columns"}>
          {!alone && (
            <div className="task-life">
              <TimelineSection {...shared} {...(view.view === "timeline" && { controls })} />
            </div>
          )}
          <Facts task={task} receipts={life.receipts} />
        </div>
      </div>
    </>
  );
}
