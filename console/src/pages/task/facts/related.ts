import type { LinkedTaskPartsFragment, ReceiptType } from "../../../generated/graphql";
import { isAgain } from "../../../receipt/ends";
import type { Obligation } from "../graph/life";
import type { TaskReceipt } from "../receipts/steps";

/** The tasks beside a task, by what they are to it. */
export type Related = {
  /** The task that this one does again. */
  retriedFrom: LinkedTaskPartsFragment[];
  /** Tasks whose receipts this one answers. */
  answers: LinkedTaskPartsFragment[];
  /** Tasks that do this one again. */
  retries: LinkedTaskPartsFragment[];
  /** Tasks that answer receipts of this one. */
  answeredBy: LinkedTaskPartsFragment[];
  /** There are more of those than were read. */
  more: boolean;
};

/** A retry is a task of the same type that answers the receipt by which another failed or was canceled. */
export function relatedOf(type: string, obligation: Obligation, receipts: readonly TaskReceipt[]): Related {
  const [retriedFrom, answers] = split(
    obligation.parents.map(({ type: answered, task }) => ({ answered, task })),
    type,
  );
  const [retries, answeredBy] = split(
    receipts.flatMap((receipt) => receipt.children.nodes.map(({ task }) => ({ answered: receipt.type, task }))),
    type,
  );
  return { retriedFrom, answers, retries, answeredBy, more: receipts.some(({ children }) => children.pageInfo.hasNextPage) };
}

type Relation = { answered: ReceiptType; task: LinkedTaskPartsFragment | null };

/** Splits retries from others, each task once. */
function split(
  relations: Relation[],
  type: string,
): [retries: LinkedTaskPartsFragment[], others: LinkedTaskPartsFragment[]] {
  const retries = new Map<string, LinkedTaskPartsFragment>();
  const others = new Map<string, LinkedTaskPartsFragment>();
  for (const { answered, task } of relations) {
    if (!task) continue;
    const retry = task.type === type && isAgain(answered);
    (retry ? retries : others).set(task.id, task);
  }
  return [[...retries.values()], [...others.values()]];
}
