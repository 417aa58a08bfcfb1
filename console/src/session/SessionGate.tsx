import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { type ApiError, asApiError } from "../api/error";
import { post } from "../api/post";
import { type Session, SessionContext } from "./context";
import { type Credentials, forgetCredentials, keepCredentials, loadCredentials } from "./credentials";
import { allows, type OpenSession, openSession } from "./open_session";
import { SignIn } from "./SignIn";
import { Unreachable } from "./Unreachable";

type State =
  | { phase: "starting" }
  | { phase: "unreachable"; error: ApiError }
  | { phase: "signedOut"; reason?: string }
  | { phase: "signedIn"; session: OpenSession };

/** Shows its children once somebody is signed in. Without credentials it tries none: in development mode that is enough. */
export function SessionGate({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>({ phase: "starting" });

  const start = useCallback(async (signal: AbortSignal) => {
    const credentials = loadCredentials();
    try {
      setState({ phase: "signedIn", session: await openSession(credentials, signal) });
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asApiError(thrown);
      if (error.retryable) return setState({ phase: "unreachable", error });
      if (credentials.key) return setState({ phase: "signedOut", reason: error.message });
      // A name alone was enough once; without any, it is enough still or a key is needed.
      if (!credentials.principal && !credentials.tenant) return setState({ phase: "signedOut" });
      forgetCredentials();
      await start(signal);
    }
  }, []);

  const starting = state.phase === "starting";
  useEffect(() => {
    if (!starting) return;
    const abort = new AbortController();
    void start(abort.signal);
    return () => abort.abort();
  }, [starting, start]);

  const signIn = useCallback(async (credentials: Credentials) => {
    const session = await openSession(credentials);
    keepCredentials(credentials);
    setState({ phase: "signedIn", session });
  }, []);
  const signOut = useCallback((reason?: string) => {
    forgetCredentials();
    setState({ phase: "signedOut", ...(reason !== undefined && { reason }) });
  }, []);

  const opened = state.phase === "signedIn" ? state.session : null;
  const session = useMemo<Session | null>(
    () =>
      opened && {
        ...opened,
        development: !opened.credentials.key,
        allows: (scope) => allows(opened.viewer.scopes, scope),
        post: (document, variables, signal) => post(opened.credentials, document, variables, signal),
        signIn,
        signOut,
      },
    [opened, signIn, signOut],
  );

  switch (state.phase) {
    case "starting":
      return (
        <main className="gate starting" aria-busy>
          Connecting…
        </main>
      );
    case "unreachable":
      return <Unreachable error={state.error} onRetry={() => setState({ phase: "starting" })} />;
    case "signedOut":
      return <SignIn {...(state.reason !== undefined && { reason: state.reason })} signIn={signIn} />;
    case "signedIn":
      // For another caller everything below begins anew: nothing of what the one before has seen is left over.
      return (
        <SessionContext key={JSON.stringify([state.session.credentials, state.session.head])} value={session}>
          {children}
        </SessionContext>
      );
  }
}
