import { expect, test } from "vitest";
import { inOrder, type Step, stepsOf } from "./steps";
import { receipt } from "./testReceipt";

const lease = { id: "l1" };
const shape = (steps: Step[]) =>
  steps.map((step) => (step.kind === "run" ? `${step.id}…${step.latest.id}` : step.kind === "gap" ? "gap" : step.id));

test("pieces are put together in the order of the ledger, each receipt once", () => {
  const [a, b, c] = [receipt(1, "TASK_ASSIGNED"), receipt(2, "TASK_ACCEPTED"), receipt(10n, "TASK_STARTED")];
  expect(inOrder([c, b], [b, a]).map(({ id }) => id)).toEqual(["r1", "r2", "r10"]);
});

test("reports of progress that follow one another are one step, those of another lease another", () => {
  const steps = stepsOf(
    [
      receipt(1, "TASK_ASSIGNED"),
      receipt(2, "TASK_PROGRESS", { lease }),
      receipt(3, "TASK_PROGRESS", { lease }),
      receipt(4, "TASK_PROGRESS", { lease: { id: "l2" } }),
      receipt(5, "TASK_PROGRESS", { lease: { id: "l2" } }),
      receipt(6, "TASK_COMPLETED", { lease }),
      receipt(7, "TASK_PROGRESS", { lease }),
    ],
    2,
  );
  expect(shape(steps)).toEqual(["r1", "r2…r3", "r4…r5", "r6", "r7"]);
});

test("fewer than the least stay by themselves", () => {
  const steps = stepsOf([receipt(2, "TASK_PROGRESS", { lease }), receipt(3, "TASK_PROGRESS", { lease })], 3);
  expect(shape(steps)).toEqual(["r2", "r3"]);
});

test("what is not loaded is a gap, and ends a run", () => {
  const reports = [2, 3, 4, 5].map((seq) => receipt(seq, "TASK_PROGRESS", { lease }));
  expect(shape(stepsOf([receipt(1, "TASK_ASSIGNED"), ...reports], 2, "r4"))).toEqual(["r1", "r2…r3", "gap", "r4…r5"]);
});

test("a type that is not known is a step like others", () => {
  expect(shape(stepsOf([receipt(1, "TASK_ASSIGNED"), receipt(2, "TASK_PAUSED")], 2))).toEqual(["r1", "r2"]);
});
