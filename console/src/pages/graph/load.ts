import { GraphFocusDocument, GraphTailDocument } from "../../generated/graphql";
import type { Session } from "../../session/context";
import { readBatch, split, writeBatch } from "./ask";
import { type Answer, type Ask, findFamily } from "./family";
import { type Graph, graphOf, LIMIT, readObligations, taskOf } from "./graph";
import { answersFrom, type Recent } from "./recent";

const PAGE = 200;
const AT_ONCE = 3;

/** Which graph: a task's family, or the obligations at the ledger's end or before a cursor. */
export type Scope = { task: string | null; before: string | null };

/** A graph as the server told it, with what is needed to go on from there. */
export type Loaded = Graph & {
  /** Behind what the graph was read from. */
  cursor: string;
  /** Whether there are older obligations than those of the page. */
  older: boolean;
};

/** Reads a graph. It is null when there is no such task. */
export async function load({ task, before }: Scope, post: Session["post"], signal: AbortSignal): Promise<Loaded | null> {
  if (task !== null) return loadFamily(task, post, signal);
  const { tasks, growths, cursor, older } = await loadTail(before, post, signal);
  return { ...graphOf(tasks, growths), cursor, older };
}

type Tail = Recent & Pick<Loaded, "cursor" | "older">;

async function loadTail(before: string | null, post: Session["post"], signal: AbortSignal): Promise<Tail> {
  const tail: Recent = { tasks: [], growths: [] };
  let at = before;
  let cursor: string | undefined;
  do {
    const variables = { before: at, last: Math.min(PAGE, LIMIT - tail.tasks.length) };
    const { ledgerHead, receipts } = await post(GraphTailDocument, variables, signal);
    const page = readObligations(receipts.edges);
    tail.tasks.push(...page.tasks);
    tail.growths.push(...page.growths);
    cursor ??= ledgerHead;
    at = receipts.pageInfo.hasPreviousPage ? receipts.pageInfo.startCursor : null;
  } while (at !== null && tail.tasks.length < LIMIT);
  return { ...tail, cursor, older: at !== null };
}

/**
 * Most families that somebody looks at are recent: what the newest obligations tell is not asked for task by task, which would
 * cost the server many times as much.
 */
async function loadFamily(id: string, post: Session["post"], signal: AbortSignal): Promise<Loaded | null> {
  const { task } = await post(GraphFocusDocument, { id }, signal);
  if (task === null) return null;
  const recent = await loadTail(null, post, signal);
  const known = answersFrom(recent);
  const ask = async (asks: readonly Ask[]) => {
    const answers = asks.map(known);
    const unknown = asks.filter((_, at) => answers[at] === undefined);
    const told = await askServer(unknown, post, signal);
    return answers.map((answer) => answer ?? told.shift() ?? { parents: [], children: [], rest: [] });
  };
  const family = await findFamily(taskOf(task, task.obligation), ask, LIMIT);
  return { ...family, cursor: recent.cursor, older: false };
}

/** Asks a few documents at a time. */
async function askServer(asks: readonly Ask[], post: Session["post"], signal: AbortSignal): Promise<Answer[]> {
  const parts = split(asks);
  const answers: Answer[][] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < parts.length; at = next++) {
      const part = parts[at] ?? [];
      const { document, variables } = writeBatch(part);
      answers[at] = readBatch(part, await post(document, variables, signal));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, parts.length) }, work));
  return answers.flat();
}
