// What the server answers, and what it means when there is no answer.
import { getSystemErrorMap } from "node:util";

/** The server's answer is no, and would be no again. Any other error means that there is none, or one to ask again. */
export class Refused extends Error {}

/** What the server and the clients of its streams answer. */
export interface Answer<T> {
  data?: T | null;
  errors?: readonly { message: string; extensions?: { code?: string; retryable?: boolean } }[];
}

export function dataOf<T>({ data, errors }: Answer<T>): T {
  const error = errors?.[0];
  const said = `${error?.extensions?.code}: ${error?.message}`;
  if (error?.extensions?.retryable) throw new Error(said);
  if (error || !data) throw new Refused(said);
  return data;
}

/** Why there is no answer, in a few words: connection refused. */
export function reason(error: unknown): string {
  const cause = (error as Error).cause ?? error;
  const { errno, message } = cause instanceof AggregateError ? cause.errors[0] : (cause as NodeJS.ErrnoException);
  return getSystemErrorMap().get(errno ?? 0)?.[1] ?? message;
}

/** What ends the program: a refusal is a line, anything else a fault. */
export function end(error: unknown): never {
  console.error(error instanceof Refused ? error.message : error);
  process.exit(1);
}
