import { ChevronLeft, ChevronsRight } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { toGraph, toTask } from "../../paths";
import type { Followed } from "./follow";
import { LIMIT } from "./graph";

/** How much is shown, and whether that is all. */
export function Note({ graph: { tasks, beyond, older } }: { graph: Followed }) {
  const open = [...tasks.values()].filter((task) => task.open).length;
  const count = `${tasks.size} ${tasks.size === 1 ? "task" : "tasks"}, ${open} open`;
  if (tasks.size < LIMIT || (beyond.size === 0 && !older)) return count;
  return (
    <>
      {count} · <span className="graph-more">not all: {older ? "go on with Older" : "go on from what is marked ⋯"}</span>
    </>
  );
}

type Props = {
  graph?: Followed;
  task: string | null;
  before?: string | null;
  /** Leads from the graph to the list and back. */
  controls?: ReactNode;
};

/** Leads to the neighbouring graphs. */
export function HeadLinks({ graph, task, before, controls }: Props) {
  const oldest = graph?.older ? graph.tasks.values().next().value?.cursor : undefined;
  return (
    <>
      {task !== null && (
        <>
          <Link className="button" to={toTask(task)}>
            Open task
          </Link>
          <Link className="button" to={toGraph()}>
            All tasks
          </Link>
        </>
      )}
      {before && (
        <Link className="button" to={toGraph()}>
          Newest
          <ChevronsRight aria-hidden />
        </Link>
      )}
      {oldest !== undefined && (
        <Link className="button" to={toGraph(undefined, oldest)}>
          <ChevronLeft aria-hidden />
          Older
        </Link>
      )}
      {controls}
    </>
  );
}
