import { type Example, examples } from "../../../internal/web/static/examples.js";

/** What GraphiQL keeps in a tab. */
export type Tab = { query: string; variables: string };

/** The tabs at the beginning: a task's life, and the stream of results. */
export const initialTabs: Tab[] = [
  "createTask",
  "claimTasks",
  "reportProgress",
  "completeTask",
  "receipts",
  "resultReady",
].map((name) => tabOf(named(name)));

/** Writes an example for GraphiQL: what it is about stands above it. */
export function tabOf(example: Example): Tab {
  const about = isStream(example)
    ? `${example.about} A change of tabs ends it: for a browser tab of its own, see Examples.`
    : example.about;
  const variables = Object.keys(example.variables).length > 0 ? JSON.stringify(example.variables, null, 2) : "";
  return { query: `${comment(about)}\n${example.query}\n`, variables };
}

export function isStream({ query }: Example): boolean {
  return query.startsWith("subscription");
}

/** The example that a tab was made from, by the name of its operation. */
export function exampleOf(operationName: string | null | undefined): Example | undefined {
  return examples.find((example) => operationNameOf(example) === operationName);
}

export function operationNameOf({ query }: Example): string | undefined {
  return /^\w+ (\w+)/.exec(query)?.[1];
}

function named(name: string): Example {
  const example = examples.find((each) => each.name === name);
  if (example === undefined) throw new Error(`there is no example ${name}`);
  return example;
}

function comment(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1] ?? "";
    if (last.length + word.length < 60) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(` ${word}`);
  }
  return lines.map((line) => `#${line}`).join("\n");
}
