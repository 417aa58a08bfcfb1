import { type Edge, type Node, ReactFlow, ReactFlowProvider } from "@xyflow/react";
import { useMemo } from "react";
import type { TaskLeasePartsFragment } from "../../../generated/graphql";
import type { Step } from "../receipts/steps";
import { AnswerEdge } from "./AnswerEdge";
import { HeadingNode } from "./HeadingNode";
import { layOut } from "./layout";
import { lifeOf, type Obligation } from "./life";
import { PlaceNode } from "./PlaceNode";
import { useWidth } from "./useWidth";
import "@xyflow/react/dist/base.css";
import "./graph.css";

const NODES = { place: PlaceNode, heading: HeadingNode };
const EDGES = { answer: AnswerEdge };

type Props = {
  obligation: Obligation;
  steps: readonly Step[];
  leases: readonly TaskLeasePartsFragment[];
  chosen: string | undefined;
  /** A step was chosen, to be looked at. */
  onChoose: (id: string) => void;
  onLoadEarlier: () => void;
};

/** A task's life as a graph of receipts: what it answers, what is owed, what has happened since, and what closed it. */
export function LifeGraph({ obligation, steps, leases, chosen, onChoose, onLoadEarlier }: Props) {
  const [measure, width] = useWidth();
  const layout = useMemo(() => layOut(lifeOf(obligation, steps), width), [obligation, steps, width]);
  const nodes = useMemo<Node[]>(
    () => [
      ...layout.headings.map(({ x, y, lane }) => ({
        id: lane.id,
        type: "heading",
        position: { x, y },
        data: { lease: leases.find(({ id }) => id === lane.lease) },
      })),
      ...layout.placed.map(({ x, y, width, height, place }) => ({
        id: place.id,
        type: "place",
        position: { x, y },
        width,
        height,
        data: { place, since: obligation.createdAt, chosen: place.id === chosen, onChoose, onLoadEarlier },
      })),
    ],
    [layout, leases, obligation.createdAt, chosen, onChoose, onLoadEarlier],
  );
  const edges = useMemo<Edge[]>(
    () =>
      layout.paths.map(({ id, from, to, closes, points }) => ({
        id,
        type: "answer",
        source: from,
        target: to,
        zIndex: closes ? 1 : 0,
        data: { points, closes: closes ? obligation.terminator?.type : undefined },
      })),
    [layout, obligation.terminator?.type],
  );
  return (
    <div ref={measure} className="life-graph" style={{ height: layout.height + 1 }}>
      {width > 0 && (
        <ReactFlowProvider>
          <ReactFlow
            nodes={nodes}
            edges={edges}
            nodeTypes={NODES}
            edgeTypes={EDGES}
            // It fits into the page as it is, and the page scrolls.
            panOnDrag={false}
            zoomOnScroll={false}
            zoomOnPinch={false}
            zoomOnDoubleClick={false}
            preventScrolling={false}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            aria-label="The task's receipts, and which of them answer which"
            proOptions={{ hideAttribution: true }}
          />
        </ReactFlowProvider>
      )}
    </div>
  );
}
