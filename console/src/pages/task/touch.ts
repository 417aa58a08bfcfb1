import type { Touch } from "../../live/event";

/** Tells whether a receipt is about the task, or answers one that is. */
export function touchesTask(id: string): Touch {
  return ({ task, parents }) => task?.id === id || parents.some((parent) => parent.task?.id === id);
}
