import type { Graph, Task } from "./graph";
import type { Places } from "./layout/arrange";
import { CARD } from "./layout/measures";
import type { Look, TaskNode } from "./TaskCard";

/** Makes the cards' nodes. Those that look as they did before are the same objects, and are not drawn again. */
export function nodesOf(
  before: readonly TaskNode[],
  tasks: Graph["tasks"],
  places: Places,
  lookOf: (task: Task) => Look,
): TaskNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return [...tasks.values()].flatMap((task) => {
    const place = places.get(task.id);
    if (place === undefined) return [];
    const data = { task, ...lookOf(task) };
    const old = known.get(task.id);
    const same = old && old.position.x === place.x && old.position.y === place.y && sameData(old.data, data);
    return same ? old : { id: task.id, type: "task", position: { x: place.x, y: place.y }, data, ...CARD };
  });
}

function sameData(a: TaskNode["data"], b: TaskNode["data"]): boolean {
  return (Object.keys(b) as (keyof TaskNode["data"])[]).every((key) => a[key] === b[key]);
}
