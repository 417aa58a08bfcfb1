import { List, Waypoints } from "lucide-react";
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { EmptyState } from "../../components/EmptyState";
import { ErrorState } from "../../components/ErrorState";
import { PageHeader } from "../../components/PageHeader";
import { Skeleton } from "../../components/Skeleton";
import { useView, useWide } from "../../components/useView";
import { type ViewChoice, ViewSwitch } from "../../components/ViewSwitch";
import { Canvas } from "./Canvas";
import { Filters } from "./Filters";
import { countStatuses, type Filter, matches, readFilter } from "./filter";
import type { Followed } from "./follow";
import { GraphList } from "./GraphList";
import type { Task } from "./graph";
import "./graph.css";
import { HeadLinks, Note } from "./Head";
import { Legend } from "./Legend";
import { ownersOf } from "./owners";
import { useGraph } from "./useGraph";

type GraphView = "graph" | "list";

const VIEWS: readonly ViewChoice<GraphView>[] = [
  { view: "graph", text: "Graph", icon: Waypoints },
  { view: "list", text: "List", icon: List },
];

/** The graph of obligations: a task's family, or what has gone on lately. */
export function GraphPage() {
  const [parameters] = useSearchParams();
  const task = parameters.get("task");
  const before = parameters.get("before");
  const { data: graph, error, refetch } = useGraph({ task, before });
  if (graph) return <Shown graph={graph} task={task} before={before} />;
  return (
    <>
      <PageHeader title="Graph" actions={task && <HeadLinks task={task} />} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && graph === undefined && (
        <div className="panel">
          <Skeleton />
        </div>
      )}
      {graph === null && (
        <EmptyState title="There is no such task">
          No task of this tenant has the id <code>{task}</code>.
        </EmptyState>
      )}
    </>
  );
}

type Props = { graph: Followed; task: string | null; before: string | null };

function Shown({ graph, task, before }: Props) {
  const [parameters, setParameters] = useSearchParams();
  const { view, setView } = useView<GraphView>(useWide() ? ["graph", "list"] : ["list", "graph"]);
  const filter = useMemo(() => readFilter(parameters), [parameters]);
  const sought = useCallback((each: Task) => matches(filter, each), [filter]);
  const owners = useMemo(() => ownersOf(graph.tasks.values()), [graph.tasks]);
  const counts = useMemo(() => countStatuses(graph.tasks.values()), [graph.tasks]);
  const onFilter = ({ owner, statuses }: Filter) => {
    setParameters(
      (old) => {
        const changed = new URLSearchParams(old);
        changed.delete("owner");
        changed.delete("status");
        if (owner !== null) changed.set("owner", owner);
        if (statuses.size > 0) changed.set("status", [...statuses].join(","));
        return changed;
      },
      { replace: true },
    );
  };

  const head = (
    <PageHeader
      title={task === null ? "Graph" : `Family of ${graph.tasks.get(task)?.type ?? "a task"}`}
      note={<Note graph={graph} />}
      actions={
        <HeadLinks
          graph={graph}
          task={task}
          before={before}
          controls={<ViewSwitch label="Shown as" choices={VIEWS} view={view} onChange={setView} />}
        />
      }
    />
  );
  if (graph.tasks.size === 0) {
    return (
      <>
        {head}
        <EmptyState title="No obligations yet">
          Each task that is created is an obligation. One that answers receipts of earlier tasks, by{" "}
          <code>parentReceiptIds</code> of <code>createTask</code>, hangs together with them here.
        </EmptyState>
      </>
    );
  }
  return (
    <div className={`graph-page ${view}`}>
      {head}
      <Filters filter={filter} owners={owners} counts={counts} onFilter={onFilter} />
      {view === "list" ? (
        <GraphList graph={graph} sought={sought} />
      ) : (
        <Canvas
          name={`${task} ${before}`}
          key={`${task} ${before}`}
          graph={graph}
          focus={task}
          owners={owners}
          sought={sought}
        >
          <Legend owners={owners} owner={filter.owner} onOwner={(owner) => onFilter({ ...filter, owner })} />
        </Canvas>
      )}
    </div>
  );
}
