import {
  type GraphBranchesFragment,
  GraphBranchesFragmentDoc,
  type GraphKinFragment,
  GraphKinFragmentDoc,
  type GraphReceiptsFragment,
  GraphReceiptsFragmentDoc,
  TypedDocumentString,
} from "../../generated/graphql";
import { isAgain } from "../../receipt/ends";
import type { Answer, Ask } from "./family";
import { taskOf } from "./graph";

// About what the server counts for a question, against its limit of 200,000 for a document (of 200 aliases).
const COSTS: Record<Ask["about"], number> = { kin: 1_600, receipts: 12_000, children: 3_000 };
const MOST = 60_000;

type Told = Partial<GraphKinFragment> & { receipts?: GraphReceiptsFragment; children?: GraphBranchesFragment };

export type Batch = {
  document: TypedDocumentString<Record<string, Told | null>, Record<string, string>>;
  variables: Record<string, string>;
};

/** Splits questions into as few documents as the server's limits allow. */
export function split(asks: readonly Ask[]): Ask[][] {
  const parts: Ask[][] = [];
  let cost = MOST;
  for (const ask of asks) {
    cost += COSTS[ask.about];
    if (cost > MOST) {
      parts.push([]);
      cost = COSTS[ask.about];
    }
    parts.at(-1)?.push(ask);
  }
  return parts;
}

/** Writes questions as one document. */
export function writeBatch(asks: readonly Ask[]): Batch {
  const variables: Record<string, string> = {};
  const declared: string[] = [];
  const declare = (name: string, type: string, value: string) => {
    variables[name] = value;
    declared.push(`$${name}: ${type}`);
    return `$${name}`;
  };
  const fields = asks.map((ask, at) => {
    const id = declare(`id${at}`, "ID!", ask.about === "children" ? ask.receipt : ask.task);
    if (ask.about === "kin") return `a${at}: task(id: ${id}) { ...GraphKin }`;
    const after = declare(`after${at}`, "String!", ask.after);
    return ask.about === "receipts"
      ? `a${at}: task(id: ${id}) { receipts(first: 100, after: ${after}) { ...GraphReceipts } }`
      : `a${at}: receipt(id: ${id}) { children(types: [TASK_ASSIGNED], first: 200, after: ${after}) { ...GraphBranches } }`;
  });
  const text = `query GraphKin(${declared.join(", ")}) { ${fields.join("\n")} }\n${fragmentsFor(asks)}`;
  return { document: new TypedDocumentString(text), variables };
}

/** The widest fragment that is used has those in it that the others use; one that nobody uses would be refused. */
function fragmentsFor(asks: readonly Ask[]): string {
  if (asks.some(({ about }) => about === "kin")) return GraphKinFragmentDoc.toString();
  if (asks.some(({ about }) => about === "receipts")) return GraphReceiptsFragmentDoc.toString();
  return GraphBranchesFragmentDoc.toString();
}

/** Reads the answers to the questions. */
export function readBatch(asks: readonly Ask[], told: Record<string, Told | null>): Answer[] {
  return asks.map((ask, at) => readTold(ask, told[`a${at}`] ?? {}));
}

function readTold(ask: Ask, { obligation, receipts, children }: Told): Answer {
  const answer: Answer = { parents: [], children: [], rest: [] };
  for (const { type, task } of obligation?.parents ?? []) {
    if (task) answer.parents.push({ task: taskOf(task, task.obligation), again: isAgain(type) });
  }
  if (ask.about === "children" && children) readChildren(answer, ask.task, ask.receipt, ask.again, children);
  for (const receipt of receipts?.nodes ?? []) {
    readChildren(answer, ask.task, receipt.id, isAgain(receipt.type), receipt.children);
  }
  if (receipts?.pageInfo.hasNextPage && receipts.pageInfo.endCursor) {
    answer.rest.push({ about: "receipts", task: ask.task, after: receipts.pageInfo.endCursor });
  }
  return answer;
}

function readChildren(answer: Answer, task: string, receipt: string, again: boolean, page: GraphBranchesFragment): void {
  for (const child of page.nodes) {
    if (child.task) answer.children.push({ task: taskOf(child.task, child), again });
  }
  if (page.pageInfo.hasNextPage && page.pageInfo.endCursor) {
    answer.rest.push({ about: "children", task, receipt, again, after: page.pageInfo.endCursor });
  }
}
