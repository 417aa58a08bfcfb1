import { type ReactNode, useState } from "react";
import { Link, useParams } from "react-router";
import { useApiQuery } from "../../api/query";
import { useDue } from "../../clock/useDue";
import { EmptyState } from "../../components/EmptyState";
import { ErrorState } from "../../components/ErrorState";
import { PageHeader } from "../../components/PageHeader";
import { ShortId } from "../../components/ShortId";
import { Skeleton } from "../../components/Skeleton";
import { StatusBadge } from "../../components/StatusBadge";
import { useView, useWide } from "../../components/useView";
import { type ViewChoice, ViewSwitch } from "../../components/ViewSwitch";
import { TaskDetailsDocument } from "../../generated/graphql";
import { KEYS } from "../../keyboard/keys";
import { toQueue } from "../../paths";
import { Facts } from "./Facts";
import { GraphSection, TimelineSection } from "./Life";
import { useReceipts } from "./receipts/useReceipts";
import { Standing, type Task } from "./standing/Standing";
import { TaskActions } from "./TaskActions";
import { touchesTask } from "./touch";
import { useKeys } from "./useKeys";
import "./task.css";

type LifeView = "both" | "graph" | "timeline";

const TEXTS: Record<LifeView, string> = { both: "Both", graph: "Graph", timeline: "Timeline" };

/** One task: how it stands, what has happened to it, what it was asked and what it brought. */
export function TaskPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = useApiQuery(TaskDetailsDocument, { id }, { touchedBy: touchesTask(id) });
  useDue([data?.task?.eligibility.at ?? null], refetch);
  // A phone has no room for both.
  const views: [LifeView, ...LifeView[]] = useWide() ? ["both", "graph", "timeline"] : ["timeline", "graph"];
  const { view, setView, next } = useView(views);
  useKeys(next);
  // What is there stays there while a refresh fails: the live line says that the server is away.
  if (data?.task)
    return (
      <TaskContent
        key={id}
        task={data.task}
        view={view}
        controls={
          <ViewSwitch
            label="How the life is shown"
            choices={views.map((each): ViewChoice<LifeView> => ({ view: each, text: TEXTS[each] }))}
            view={view}
            onChange={setView}
            shortcut={KEYS.nextView.keys}
          />
        }
      />
    );
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

function TaskContent({ task, view, controls }: { task: Task; view: LifeView; controls: ReactNode }) {
  const life = useReceipts(task.id);
  const [chosen, setChosen] = useState<string>();
  const choose = (id: string) => setChosen(id === chosen ? undefined : id);
  const shared = { task, life, chosen };
  const alone = view === "graph";
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
        {view !== "timeline" && <GraphSection {...shared} onChoose={choose} controls={controls} alone={alone} />}
        <div className={alone ? "task-columns alone" : "task-columns"}>
          {!alone && (
            <div className="task-life">
              <TimelineSection {...shared} {...(view === "timeline" && { controls })} />
            </div>
          )}
          <Facts task={task} receipts={life.receipts} />
        </div>
      </div>
    </>
  );
}
