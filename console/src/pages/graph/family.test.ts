import { expect, test } from "vitest";
import { type Answer, type Ask, findFamily } from "./family";
import { type Graph, kinOf } from "./graph";
import { answersFrom } from "./recent";
import { sampleGraph, sampleTask } from "./sample";

/** A server that knows a graph, and lists so many children of a task at once. */
function serverOf(graph: Graph, page = 100) {
  const kin = kinOf(graph);
  const asked: string[][] = [];
  const relatives = (ids: readonly string[]) =>
    ids.flatMap((id) => {
      const task = graph.tasks.get(id);
      return task ? [{ task, again: false }] : [];
    });
  const answer = (ask: Ask): Answer => {
    const { parents, children } = kin(ask.task);
    const start = ask.about === "children" ? Number(ask.after) : 0;
    const rest: Ask[] =
      children.length > start + page
        ? [{ about: "children", task: ask.task, receipt: ask.task, again: false, after: String(start + page) }]
        : [];
    return {
      parents: ask.about === "kin" ? relatives(parents) : [],
      children: relatives(children.slice(start, start + page)),
      rest,
    };
  };
  const ask = async (asks: readonly Ask[]) => {
    asked.push(asks.map(({ task }) => task));
    return asks.map(answer);
  };
  return { ask, asked };
}

function find(graph: Graph, focus: string, limit = 100, page = 100) {
  const server = serverOf(graph, page);
  const task = graph.tasks.get(focus) ?? sampleTask(focus, 1);
  return findFamily(task, server.ask, limit).then((family) => ({ family, asked: server.asked }));
}

test("a family is all that hangs together with a task, and nothing else", async () => {
  const graph = sampleGraph("r>a r>b a>c b>d other>d x>y");
  const { family } = await find(graph, "a");
  expect([...family.tasks.keys()].sort()).toEqual(["a", "b", "c", "d", "other", "r"]);
  expect(family.growths).toHaveLength(5);
  expect(family.beyond.size).toBe(0);
});

test("a level is asked at once, the task's own line before the rest", async () => {
  const { asked } = await find(sampleGraph("r>a r>s a>b a>c s>t"), "a");
  expect(asked).toEqual([["a"], ["r", "b", "c"], ["s"], ["t"]]);
});

test("where there is no room for all, the nearest are taken, and those with more kin are known", async () => {
  const { family } = await find(sampleGraph("r>a r>s a>b b>c s>t"), "a", 4);
  expect([...family.tasks.keys()].sort()).toEqual(["a", "b", "c", "r"]);
  expect(family.beyond).toEqual(new Set(["r"]));
});

test("a long list of children is read on as long as there is room", async () => {
  const children = Array.from({ length: 25 }, (_, at) => `r>c${at}`).join(" ");
  const all = await find(sampleGraph(children), "r", 100, 10);
  expect(all.family.tasks.size).toBe(26);
  expect(all.family.beyond.size).toBe(0);
  const few = await find(sampleGraph(children), "r", 11, 10);
  expect(few.family.tasks.size).toBe(11);
  expect(few.family.beyond).toEqual(new Set(["r"]));
});

test("the newest obligations answer for themselves, but not for what is older than they are", () => {
  const graph = sampleGraph("old>a a>b b>c a>c");
  const answer = answersFrom({ tasks: [...graph.tasks.values()].slice(1), growths: [...graph.growths] });
  expect(answer({ about: "kin", task: "a" })).toBeUndefined();
  expect(answer({ about: "kin", task: "old" })).toBeUndefined();
  expect(answer({ about: "kin", task: "b" })).toMatchObject({
    parents: [{ task: { id: "a" } }],
    children: [{ task: { id: "c" } }],
    rest: [],
  });
});
