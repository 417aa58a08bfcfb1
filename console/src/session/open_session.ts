import { post } from "../api/post";
import { LedgerHeadDocument, type Scope, ViewerDocument, type ViewerQuery } from "../generated/graphql";
import type { Credentials } from "./credentials";

/** Who is signed in, where, and what it may do. */
export type OpenSession = {
  credentials: Credentials;
  viewer: ViewerQuery["viewer"];
  service: ViewerQuery["service"];
  /** Where the ledger ended before anything of it was read; null without the right to read it. */
  head: string | null;
};

/** Signs in. Throws the server's ApiError when it refuses. */
export async function openSession(credentials: Credentials, signal?: AbortSignal): Promise<OpenSession> {
  const { viewer, service } = await post(credentials, ViewerDocument, {}, signal);
  const head = allows(viewer.scopes, "READ") ? (await post(credentials, LedgerHeadDocument, {}, signal)).ledgerHead : null;
  return { credentials, viewer, service, head };
}

/** Tells whether scopes allow what needs the scope: ADMIN implies every other one. */
export function allows(scopes: Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes("ADMIN");
}
