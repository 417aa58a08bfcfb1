import { type Component, componentsOf } from "../components";
import { type Graph, kinOf } from "../graph";
import { boxOf } from "./component";
import { gridOf } from "./grid";
import { APART, ASPECT, type Box, CARD, GAP, move, type Place } from "./measures";
import { pack } from "./pack";

/** Where each task is. */
export type Places = ReadonlyMap<string, Place>;

/** Lays out a graph: what hangs together, then what stands alone; what is still owed before what is closed. */
export function arrange(graph: Graph): Places {
  const kin = kinOf(graph);
  const components = componentsOf(graph);
  const many = components.filter(({ tasks }) => tasks.length > 1);
  const single = components.filter(({ tasks }) => tasks.length === 1);
  const boxes = new Map(many.map((component) => [component, boxOf(component.tasks, kin)]));
  const width = widthFor([...boxes.values()], single.length);
  const columns = Math.max(1, Math.floor((width + GAP.x) / (CARD.width + GAP.x)));
  const parts: Box[] = [];
  for (const owed of [true, false]) {
    const of = ({ open }: Component) => open > 0 === owed;
    parts.push(
      packed(
        many.filter(of).flatMap((component) => boxes.get(component) ?? []),
        width,
      ),
    );
    parts.push(
      gridOf(
        single.filter(of).flatMap(({ tasks }) => tasks),
        columns,
      ),
    );
  }
  return stackUp(parts.filter(({ places }) => places.size > 0));
}

function widthFor(boxes: readonly Box[], singles: number): number {
  const all = boxes.reduce((sum, { width, height }) => sum + (width + APART) * (height + APART), 0);
  const cards = singles * (CARD.width + GAP.x) * (CARD.height + GAP.y);
  return Math.max(Math.sqrt((all + cards) * ASPECT), ...boxes.map(({ width }) => width), CARD.width);
}

function packed(boxes: readonly Box[], width: number): Box {
  const { spots, ...size } = pack(boxes, width, { x: APART, y: APART });
  const places = new Map<string, Place>();
  for (const { box, x, y } of spots) move(box, x, y, places);
  return { ...size, places };
}

function stackUp(parts: readonly Box[]): Places {
  const places = new Map<string, Place>();
  let top = 0;
  for (const part of parts) {
    move(part, 0, top, places);
    top += part.height + APART;
  }
  return places;
}
