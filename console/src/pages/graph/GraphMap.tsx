import { useReactFlow, useStore } from "@xyflow/react";
import { memo, type PointerEvent, useMemo } from "react";
import { statusTone } from "../../components/StatusBadge";
import type { Places } from "./layout/arrange";
import { boundsOf, CARD } from "./layout/measures";
import type { TaskNode } from "./TaskCard";

const SIZE = { width: 200, height: 140 };
const PADDING = 60;

/** The whole graph, small, with the part that is in view. A click or a drag moves the view there. */
export function GraphMap({ nodes, places }: { nodes: readonly TaskNode[]; places: Places }) {
  const flow = useReactFlow();
  const box = useMemo(() => boundsOf(places), [places]);
  const scale = Math.max((box.width + 2 * PADDING) / SIZE.width, (box.height + 2 * PADDING) / SIZE.height);
  const left = box.x + box.width / 2 - (SIZE.width * scale) / 2;
  const top = box.y + box.height / 2 - (SIZE.height * scale) / 2;

  const go = (event: PointerEvent<SVGSVGElement>) => {
    const area = event.currentTarget.getBoundingClientRect();
    const x = left + (event.clientX - area.left) * scale;
    const y = top + (event.clientY - area.top) * scale;
    void flow.setCenter(x, y, { zoom: flow.getZoom() });
  };
  return (
    <svg
      className="map"
      aria-hidden="true"
      viewBox={`${left} ${top} ${SIZE.width * scale} ${SIZE.height * scale}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && go(event)}
    >
      <Blots nodes={nodes} />
      <InView left={left} top={top} scale={scale} />
    </svg>
  );
}

const Blots = memo(function Blots({ nodes }: { nodes: readonly TaskNode[] }) {
  const tones = new Map<string, string>();
  for (const { data, position } of nodes) {
    const tone = data.dim ? "dim" : `${statusTone(data.task.status)} ${data.task.open ? "open" : "closed"}`;
    tones.set(tone, `${tones.get(tone) ?? ""}M${position.x} ${position.y}h${CARD.width}v${CARD.height}h${-CARD.width}z`);
  }
  return [...tones].map(([tone, path]) => <path key={tone} className={`blot ${tone}`} d={path} />);
});

/** The part that is in view; of what lies outside of the map its edge. */
function InView({ left, top, scale }: { left: number; top: number; scale: number }) {
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width / state.transform[2]);
  const height = useStore((state) => state.height / state.transform[2]);
  const edge = scale;
  const right = Math.min(-x / zoom + width, left + SIZE.width * scale - edge);
  const bottom = Math.min(-y / zoom + height, top + SIZE.height * scale - edge);
  const from = { x: Math.max(-x / zoom, left + edge), y: Math.max(-y / zoom, top + edge) };
  return (
    <rect
      className="map-view"
      {...from}
      width={Math.max(0, right - from.x)}
      height={Math.max(0, bottom - from.y)}
      strokeWidth={1.5 * scale}
      rx={3 * scale}
    />
  );
}
