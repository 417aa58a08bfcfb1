import type { Answer, Ask } from "./family";
import { type Growth, kinOf, type Task } from "./graph";

/** The newest obligations, without a gap, and all that they grew out of, inside or not. */
export type Recent = { tasks: Task[]; growths: Growth[] };

/**
 * Answers questions from the newest obligations. What grew out of one of them is newer than it, so that all of it is here; what
 * it grew out of may be older, and then the server must be asked.
 */
export function answersFrom({ tasks, growths }: Recent): (ask: Ask) => Answer | undefined {
  const known = new Map(tasks.map((task) => [task.id, task]));
  const kin = kinOf({ growths });
  const again = new Map(growths.map((growth) => [`${growth.from} ${growth.to}`, growth.again]));
  return (ask) => {
    if (ask.about !== "kin" || !known.has(ask.task)) return undefined;
    const { parents, children } = kin(ask.task);
    if (!parents.every((parent) => known.has(parent))) return undefined;
    const relatives = (ids: readonly string[], key: (id: string) => string) =>
      ids.flatMap((id) => {
        const task = known.get(id);
        return task ? [{ task, again: again.get(key(id)) ?? false }] : [];
      });
    return {
      parents: relatives(parents, (id) => `${id} ${ask.task}`),
      children: relatives(children, (id) => `${ask.task} ${id}`),
      rest: [],
    };
  };
}
