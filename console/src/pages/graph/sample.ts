import { type Graph, type Growth, graphOf, type Task } from "./graph";

// For tests: graphs written as "a>b a>c", tasks in the order in which they are named first.

export function sampleTask(id: string, seq: number, more: Partial<Task> = {}): Task {
  return {
    id,
    type: `type.${id}`,
    status: "QUEUED",
    owner: { kind: "AGENT", id: "planner" },
    since: "2026-01-02T03:04:05.000000Z",
    seq,
    open: true,
    ...more,
  };
}

export function sampleGraph(text: string, more: (id: string) => Partial<Task> = () => ({})): Graph {
  const ids = [...new Set(text.split(/[ >]/).filter((id) => id !== ""))];
  return graphOf(
    ids.map((id, at) => sampleTask(id, at + 1, more(id))),
    sampleGrowths(text),
  );
}

export function sampleGrowths(text: string): Growth[] {
  return text.split(" ").flatMap((pair) => {
    const [from, to] = pair.split(">");
    return from && to ? [{ from, to, again: false }] : [];
  });
}
