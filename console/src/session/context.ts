import { createContext, useContext } from "react";
import type { Scope, TypedDocumentString } from "../generated/graphql";
import type { Credentials } from "./credentials";
import type { OpenSession } from "./open_session";

/** The session, as pages use it. */
export type Session = OpenSession & {
  /** True where callers are believed without a key. */
  development: boolean;
  allows: (scope: Scope) => boolean;
  post: <Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ) => Promise<Result>;
  /** Goes on with other credentials. Throws an ApiError, and changes nothing, when the server refuses them. */
  signIn: (credentials: Credentials) => Promise<void>;
  /** Forgets the credentials; the reason is shown. */
  signOut: (reason?: string) => void;
};

export const SessionContext = createContext<Session | null>(null);

/** The session. Everything below the sign-in has one. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("there is no session here");
  return session;
}
