import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { Ellipsis, EllipsisVertical } from "lucide-react";
import { Link, useParams } from "react-router";
import { toGraph } from "../../../paths";
import { AcknowledgementCard, LinkCard, ObligationCard, StepCard } from "./cards";
import type { Place } from "./life";

export type PlaceData = {
  place: Place;
  /** When the obligation came to be. */
  since: string;
  chosen: boolean;
  onChoose: (id: string) => void;
  onLoadEarlier: () => void;
};

/** A place of the graph. Edges are drawn along their own ways, so where they are tied to it does not matter. */
export function PlaceNode({ data }: NodeProps<Node<PlaceData, "place">>) {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Card {...data} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

function Card({ place, since, chosen, onChoose, onLoadEarlier }: PlaceData) {
  switch (place.kind) {
    case "obligation":
      return <ObligationCard obligation={place.obligation} chosen={chosen} onChoose={onChoose} />;
    case "acknowledgement":
      return <AcknowledgementCard acknowledgement={place.acknowledgement} onChoose={() => onChoose(place.of)} />;
    case "link":
      return <LinkCard task={place.task} />;
    case "more":
      return <MoreTasks />;
    case "step":
      if (place.step.kind !== "gap")
        return <StepCard {...{ step: place.step, closes: place.closes, since, chosen, onChoose }} />;
      return (
        <button type="button" className="life-card quiet" onClick={onLoadEarlier}>
          <span className="life-card-head">
            <EllipsisVertical aria-hidden />
            Not loaded
          </span>
          <span className="life-card-text">Load what came before</span>
        </button>
      );
  }
}

function MoreTasks() {
  const { id } = useParams();
  return (
    <Link className="life-card quiet" to={toGraph(id)}>
      <span className="life-card-head">
        <Ellipsis aria-hidden />
        More tasks
      </span>
      <span className="life-card-text">See all in the graph</span>
    </Link>
  );
}
