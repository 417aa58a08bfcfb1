import type { TaskReceiptPartsFragment } from "../../../generated/graphql";

export type TaskReceipt = TaskReceiptPartsFragment;

/** What a task's life consists of, in the order of the ledger. */
export type Step =
  | { kind: "receipt"; id: string; receipt: TaskReceipt }
  /** Reports of progress that follow one another within a lease. */
  | { kind: "run"; id: string; receipts: [TaskReceipt, ...TaskReceipt[]]; latest: TaskReceipt }
  /** Receipts that have not been loaded. */
  | { kind: "gap"; id: string };

/** The receipts of a step. */
export function receiptsOf(step: Step): readonly TaskReceipt[] {
  if (step.kind === "receipt") return [step.receipt];
  return step.kind === "run" ? step.receipts : [];
}

/** Puts receipts that were read in pieces together: each once, in the order of the ledger. */
export function inOrder(...pieces: readonly (readonly TaskReceipt[])[]): TaskReceipt[] {
  const all = new Map(pieces.flat().map((receipt) => [receipt.id, receipt]));
  return [...all.values()].sort((a, b) => (a.seq < b.seq ? -1 : 1));
}

/**
 * Groups reports of progress that follow one another, from `least` on. What is not loaded lies before the receipt `gapBefore`.
 */
export function stepsOf(receipts: readonly TaskReceipt[], least: number, gapBefore?: string): Step[] {
  const steps: Step[] = [];
  let run: TaskReceipt[] = [];
  const flush = () => {
    steps.push(...stepsOfRun(run, least));
    run = [];
  };
  for (const receipt of receipts) {
    const gap = receipt.id === gapBefore;
    const goesOn = receipt.type === "TASK_PROGRESS" && receipt.lease?.id === run[0]?.lease?.id;
    if (gap || !goesOn) flush();
    if (gap) steps.push({ kind: "gap", id: "gap" });
    if (receipt.type === "TASK_PROGRESS") run.push(receipt);
    else steps.push({ kind: "receipt", id: receipt.id, receipt });
  }
  flush();
  return steps;
}

function stepsOfRun(run: TaskReceipt[], least: number): Step[] {
  const [first, ...rest] = run;
  if (first === undefined) return [];
  if (run.length < least) return run.map((receipt) => ({ kind: "receipt", id: receipt.id, receipt }));
  return [{ kind: "run", id: first.id, receipts: [first, ...rest], latest: rest.at(-1) ?? first }];
}
