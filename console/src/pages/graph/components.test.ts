import { expect, test } from "vitest";
import { componentsOf } from "./components";
import { groupsOf } from "./forest";
import { kinOf } from "./graph";
import { sampleGraph } from "./sample";

const closed =
  (...ids: string[]) =>
  (id: string) =>
    ids.includes(id) ? { open: false, status: "SUCCEEDED" as const } : {};

test("what hangs together is one component, whichever way the lines go", () => {
  const components = componentsOf(sampleGraph("a>c b>c d>e f"));
  expect(components.map(({ tasks }) => tasks.map(({ id }) => id).join(""))).toEqual(["de", "acb", "f"]);
});

test("what is still owed comes first, then what is more than one task, then what is newer", () => {
  const graph = sampleGraph("a>b c d>e f g", closed("a", "b", "c", "f"));
  expect(componentsOf(graph).map(({ tasks }) => tasks[0]?.id)).toEqual(["d", "g", "a", "f", "c"]);
});

test("a list has each task once, below the first that it grew out of", () => {
  const graph = sampleGraph("r>a r>b a>c b>c");
  const [group] = groupsOf(componentsOf(graph), kinOf(graph));
  expect(group?.rows.map(({ task, depth, others }) => `${"-".repeat(depth)}${task.id}${others || ""}`)).toEqual([
    "r",
    "-a",
    "--c1",
    "-b",
  ]);
});

test("tasks that stand alone are together, those that are owed apart from the others", () => {
  const graph = sampleGraph("a b c>d e f", closed("e", "f"));
  const groups = groupsOf(componentsOf(graph), kinOf(graph));
  expect(groups.map(({ root, open, rows }) => `${root?.id ?? "alone"} ${open}/${rows.length}`)).toEqual([
    "c 2/2",
    "alone 2/2",
    "alone 0/2",
  ]);
});
