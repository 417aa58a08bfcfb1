import { ViewportPortal } from "@xyflow/react";
import { memo } from "react";
import { statusTone } from "../../components/StatusBadge";
import type { TaskStatus } from "../../generated/graphql";
import { CARD } from "./layout/measures";
import type { TaskNode } from "./TaskCard";

type Props = {
  nodes: readonly TaskNode[];
  /** How much of it can be read: all, which is when cards are shown in its place; names; nothing. */
  detail: "all" | "names" | "none";
};

/** The cards from far away, in one picture: hundreds of cards of HTML would be too much to move at once. */
export const Sketch = memo(function Sketch({ nodes, detail }: Props) {
  return (
    <ViewportPortal>
      <svg className={`sketch detail-${detail}`} aria-hidden="true">
        <Blots nodes={nodes} />
      </svg>
    </ViewportPortal>
  );
});

const Blots = memo(function Blots({ nodes }: { nodes: readonly TaskNode[] }) {
  return nodes.map((node) => <Blot key={node.id} node={node} />);
});

const Blot = memo(function Blot({ node }: { node: TaskNode }) {
  const { task, dim, focus, current, beyond } = node.data;
  const { x, y } = node.position;
  const classes = ["blot", statusTone(task.status), task.open ? "open" : "closed"];
  if (dim) classes.push("dim");
  if (focus || current) classes.push("marked");
  return (
    <g className={classes.join(" ")} data-task={task.id}>
      <rect x={x} y={y} width={CARD.width} height={CARD.height} rx={8} />
      <path d={signOf(task.status, x + 26, y + CARD.height / 2)} />
      <text x={x + 48} y={y + CARD.height / 2 + 7}>
        {shorten(task.type)}
      </text>
      {beyond && <circle cx={x + CARD.width} cy={y + CARD.height} r={9} />}
    </g>
  );
});

// The signs of the statuses' icons, from their middle.
const SIGNS: Record<TaskStatus, string> = {
  QUEUED: "m-11 0h2m8 0h2m8 0h2",
  LEASED: "m-5 -10v20m10 -20v20",
  RUNNING: "m-6 -10l16 10l-16 10z",
  SUCCEEDED: "m-10 0l7 8l13 -16",
  FAILED: "m-9 -9l18 18m0 -18l-18 18",
  CANCELED: "m-11 0h22",
};

function signOf(status: TaskStatus, x: number, y: number): string {
  return `M${x} ${y}${SIGNS[status]}`;
}

// SVG does not end a text with an ellipsis by itself.
const LONGEST = 16;

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
