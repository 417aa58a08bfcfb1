import { componentsOf } from "../components";
import type { Kin, Task } from "../graph";
import { columnsFor, gridOf } from "./grid";
import { type Item, itemsOf } from "./items";
import { layOut } from "./layers";
import { ASPECT, type Box, CARD, GAP, move, type Place, REACH, TRUNK } from "./measures";
import { pack } from "./pack";

// Grids become flatter, and components wider, until they are no longer much too high.
const ROWS = [6, 4, 3, 2, 1] as const;
const TOO_HIGH = ASPECT / 2;

/** Lays out tasks that hang together, given in the order of the ledger, in about the form of a screen. */
export function boxOf(tasks: readonly Task[], kin: (id: string) => Kin): Box {
  let items: Item[] = [];
  for (const rows of ROWS) {
    items = itemsOf(tasks, kin, rows);
    // A wide grid would push away what comes after its generation.
    if (isWideBefore(items)) break;
    if (formOf(items) >= TOO_HIGH) return layOut(items);
  }
  return branched(tasks, kin) ?? layOut(items);
}

function isWideBefore(items: readonly Item[]): boolean {
  const last = Math.max(...items.map(({ generation }) => generation));
  return items.some(({ columns, generation }) => columns > 1 && generation < last);
}

/** The form that a layout will have, about. */
function formOf(items: readonly Item[]): number {
  const widths: number[] = [];
  const heights: number[] = [];
  for (const { generation, grid } of items) {
    widths[generation] = Math.max(widths[generation] ?? 0, grid.width + REACH);
    heights[generation] = (heights[generation] ?? 0) + grid.height + GAP.y;
  }
  return widths.reduce((sum, each) => sum + each, 0) / Math.max(...heights);
}

/** Lays out what falls apart without the first task beside it, in several columns; undefined when nothing does. */
function branched([root, ...others]: readonly Task[], kin: (id: string) => Kin): Box | undefined {
  if (root === undefined) return undefined;
  const tasks = new Map(others.map((task) => [task.id, task]));
  const inside = (ids: readonly string[]) => ids.filter((id) => tasks.has(id));
  const within = (id: string): Kin => ({ parents: inside(kin(id).parents), children: inside(kin(id).children) });
  const growths = others.flatMap(({ id }) => within(id).parents.map((from) => ({ from, to: id, again: false })));
  const branches = componentsOf({ tasks, growths });
  if (branches.length < 2) return undefined;

  const leaves = branches.flatMap((branch) => (branch.tasks.length === 1 ? branch.tasks : []));
  const boxes = branches.filter((branch) => branch.tasks.length > 1).map((branch) => boxOf(branch.tasks, within));
  if (leaves.length > 0) boxes.push(gridOf(leaves, columnsFor(leaves.length, 1)));
  return beside(root, boxes, new Set(kin(root.id).children));
}

/** Puts boxes beside a task, and leads its lines around them to its children. */
function beside(root: Task, boxes: readonly Box[], children: ReadonlySet<string>): Box {
  const area = boxes.reduce((sum, { width, height }) => sum + (width + REACH) * (height + REACH), 0);
  const packed = pack(boxes, Math.sqrt(area * ASPECT), { x: REACH, y: REACH / 2 });
  const left = CARD.width + REACH;
  const middle = Math.max(0, Math.round((packed.height - CARD.height) / 2));
  const places = new Map<string, Place>([[root.id, { x: 0, y: middle }]]);
  for (const { box, x, y, row } of packed.spots) {
    move(box, left + x, y, places);
    for (const id of box.places.keys()) {
      const place = places.get(id);
      if (!place || !children.has(id)) continue;
      const around = x > 0 ? [{ above: row - REACH / 4, before: left + x - TRUNK }] : [];
      places.set(id, { ...place, way: { trunk: left - TRUNK, detours: [...around, ...(place.way?.detours ?? [])] } });
    }
  }
  return { width: left + packed.width, height: Math.max(packed.height, CARD.height), places };
}
