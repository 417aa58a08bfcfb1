import { type Graph, type Growth, graphOf, type Task } from "./graph";

/** A question about a task's kin. */
export type Ask =
  | { about: "kin"; task: string }
  | { about: "receipts"; task: string; after: string }
  | { about: "children"; task: string; receipt: string; again: boolean; after: string };

export type Relative = { task: Task; again: boolean };

/** What is known of a task's kin, and what must still be asked. */
export type Answer = { parents: Relative[]; children: Relative[]; rest: Ask[] };

/** Answers the questions, in their order. */
export type AskAll = (asks: readonly Ask[]) => Promise<Answer[]>;

// What a task grew out of and what grew out of it comes before what merely hangs together with these.
type Line = "here" | "above" | "below" | "beside";

const UP: Record<Line, Line> = { here: "above", above: "above", below: "beside", beside: "beside" };
const DOWN: Record<Line, Line> = { here: "below", above: "beside", below: "below", beside: "beside" };

/**
 * Finds all that hangs together with a task, breadth first: its own line up and down, then the rest. Every task that is
 * taken is asked, the last ones too, so that the graph knows which of them have kin beyond the limit.
 */
export async function findFamily(focus: Task, ask: AskAll, limit: number): Promise<Graph> {
  const tasks = new Map([[focus.id, focus]]);
  const lines = new Map<string, Line>([[focus.id, "here"]]);
  const growths: Growth[] = [];
  const beyond = new Set<string>();
  // Those beside wait until the line is complete, so that they don't take its room.
  const waiting = new Map<string, Task>();
  let asks: Ask[] = [{ about: "kin", task: focus.id }];
  let later: Ask[] = [];

  const take = (task: Task, line: Line) => {
    if (tasks.has(task.id) || tasks.size >= limit) return;
    if (line === "beside") {
      waiting.set(task.id, task);
      return;
    }
    admit(task, line, asks);
  };
  const admit = (task: Task, line: Line, into: Ask[]) => {
    tasks.set(task.id, task);
    lines.set(task.id, line);
    into.push({ about: "kin", task: task.id });
  };
  const read = (of: string, { parents, children, rest }: Answer) => {
    const line = lines.get(of) ?? "beside";
    for (const { task, again } of parents) {
      take(task, UP[line]);
      growths.push({ from: task.id, to: of, again });
    }
    for (const { task, again } of children) {
      take(task, DOWN[line]);
      growths.push({ from: of, to: task.id, again });
    }
    for (const more of rest) {
      const straight = more.about !== "children" || DOWN[line] !== "beside";
      // A long list of children is not read to its end only to know how many do not fit.
      if (more.about === "children" && tasks.size + (straight ? 0 : waiting.size) >= limit) beyond.add(of);
      else (straight ? asks : later).push(more);
    }
  };

  while (asks.length > 0) {
    const asked = asks;
    asks = [];
    const answers = await ask(asked);
    for (const [at, { task }] of asked.entries()) {
      const answer = answers[at];
      if (answer) read(task, answer);
    }
    if (asks.length > 0) continue;
    asks = later;
    later = [];
    for (const [id, task] of waiting) if (!tasks.has(id) && tasks.size < limit) admit(task, "beside", asks);
    waiting.clear();
  }
  return graphOf(tasks.values(), growths, beyond);
}
