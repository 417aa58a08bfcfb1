import type { Edge, EdgeProps } from "@xyflow/react";
import { receiptLook } from "../../../components/receipt_look";
import type { ReceiptType } from "../../../generated/graphql";
import type { Point } from "./layout";
import { writePath } from "./path";

type AnswerEdgeType = Edge<{ points: Point[]; closes: ReceiptType | undefined }, "answer">;

/** From a receipt to one that answers it; what closes the obligation is drawn in its own colour, and thicker. */
export function AnswerEdge({ data }: EdgeProps<AnswerEdgeType>) {
  const points = data?.points ?? [];
  const end = points.at(-1);
  const before = points.at(-2);
  if (!end || !before) return null;
  return (
    <g className={data?.closes ? `toned life-edge closes ${receiptLook(data.closes).tone}` : "life-edge"}>
      <path className="life-line" d={writePath(points)} />
      <path className="life-arrow" d={arrow(before, end)} />
    </g>
  );
}

/** The head of an arrow that comes from a point. */
function arrow(from: Point, { x, y }: Point): string {
  if (from.y === y) return `M${x} ${y}l-6 -3.5v7z`;
  return from.y < y ? `M${x} ${y}l-3.5 -6h7z` : `M${x} ${y}l-3.5 6h7z`;
}
