import { Background, BackgroundVariant, type NodeTypes, ReactFlow, ReactFlowProvider, useStore } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { toTask } from "../../paths";
import { Controls } from "./Controls";
import { CurrentTask } from "./CurrentTask";
import { GraphMap } from "./GraphMap";
import { type Graph, kinOf, type Task } from "./graph";
import { Lines } from "./Lines";
import { lineageOf } from "./line";
import { nodesOf } from "./nodes";
import type { Owner } from "./owners";
import { Sketch } from "./Sketch";
import { directionOf, startOf, steer } from "./steer";
import { type Look, TaskCard, type TaskNode } from "./TaskCard";
import { useArrangement } from "./useArrangement";
import { useView } from "./useView";

const NODE_TYPES: NodeTypes = { task: TaskCard };
const NOBODY: ReadonlySet<string> = new Set();
const NO_NODES: TaskNode[] = [];

// From farther away than this, nothing on a card could be read; from farther still, not even its name.
const NEAR = 0.5;
const NAMED = 0.26;

type Props = {
  /** Names the graph: another one is laid out anew. */
  name: string;
  graph: Graph;
  /** The task whose family it is. */
  focus: string | null;
  owners: readonly Owner[];
  sought: (task: Task) => boolean;
  /** Stands in a corner. */
  children: React.ReactNode;
};

/** The graph, drawn. */
export function Canvas(props: Props) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing({ name, graph, focus, owners, sought, children }: Props) {
  const navigate = useNavigate();
  const { places, settled, tidy } = useArrangement(name, graph);
  const view = useView(name, places, focus);
  const [current, setCurrent] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  const kin = useMemo(() => kinOf(graph), [graph]);
  const at = current !== undefined && graph.tasks.has(current) ? current : undefined;

  const line = useMemo(() => (at || pointed ? lineageOf(pointed ?? at, kin) : NOBODY), [at, pointed, kin]);
  const isSought = useMemo(() => {
    const ids = new Set([...graph.tasks.values()].filter(sought).map(({ id }) => id));
    return (id: string) => ids.has(id);
  }, [graph.tasks, sought]);
  const detail = useStore(({ transform: [, , zoom] }) => (zoom >= NEAR ? "all" : zoom >= NAMED ? "names" : "none"));
  const near = detail === "all";
  const nodes = useNodes(graph, places, { owners, isSought, focus, at });

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const direction = directionOf(event.key);
    const next = direction && (at ? steer(at, direction, places, kin) : (focus ?? startOf(graph)));
    if (event.key === "Enter" && at) void navigate(toTask(at));
    else if (event.key === "Escape") setCurrent(undefined);
    else if (direction === undefined) return;
    event.preventDefault();
    if (next === undefined) return;
    setCurrent(next);
    view.show(next);
  };

  // Cards are links themselves.
  const onClick = (event: React.MouseEvent) => {
    const id = near ? undefined : taskAt(event);
    if (id !== undefined) void navigate(toTask(id));
  };

  const told = at ?? (near ? undefined : pointed);
  return (
    <section
      className="canvas panel"
      role="application"
      aria-label={`Graph of ${graph.tasks.size} tasks. The arrows go from task to task, Enter opens. The list has the same tasks.`}
      aria-describedby="current-task"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys go from card to card in here; the list is the way without them
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onPointerOver={(event) => event.buttons === 0 && setPointed(taskAt(event))}
      onPointerLeave={() => setPointed(undefined)}
    >
      <ReactFlow<TaskNode>
        nodes={near ? nodes : NO_NODES}
        nodeTypes={NODE_TYPES}
        onlyRenderVisibleElements
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        zoomActivationKeyCode={null}
        panActivationKeyCode={null}
        minZoom={0.04}
        maxZoom={2}
        onInit={view.begin}
        onMoveEnd={view.keep}
      >
        <Lines growths={graph.growths} places={places} sought={isSought} line={line} />
        <Sketch nodes={nodes} detail={detail} />
        {near && <Background variant={BackgroundVariant.Dots} gap={24} size={1} />}
      </ReactFlow>
      <GraphMap nodes={nodes} places={places} />
      <div className="canvas-corner">{children}</div>
      <Controls view={view} {...(settled && { onTidy: tidy })} />
      <CurrentTask task={told ? graph.tasks.get(told) : undefined} kin={told ? kin(told) : undefined} />
    </section>
  );
}

type Looks = { owners: readonly Owner[]; isSought: (id: string) => boolean; focus: string | null; at: string | undefined };

function useNodes(graph: Graph, places: ReturnType<typeof useArrangement>["places"], looks: Looks): TaskNode[] {
  const { owners, isSought, focus, at } = looks;
  const before = useRef<TaskNode[]>([]);
  const lanes = useMemo(() => new Map(owners.map(({ name, lane }) => [name, lane])), [owners]);
  return useMemo(() => {
    const lookOf = ({ id, owner }: Task): Look => ({
      lane: lanes.get(`${owner.kind.toLowerCase()}:${owner.id}`) ?? null,
      dim: !isSought(id),
      beyond: graph.beyond.has(id),
      focus: id === focus,
      current: id === at,
    });
    before.current = nodesOf(before.current, graph.tasks, places, lookOf);
    return before.current;
  }, [graph, places, lanes, isSought, focus, at]);
}

/** The task whose card the pointer is at. */
function taskAt(event: React.SyntheticEvent): string | undefined {
  const card = event.target instanceof Element ? event.target.closest<HTMLElement | SVGElement>("[data-task]") : null;
  return card?.dataset.task;
}
