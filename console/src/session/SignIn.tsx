import { useState } from "react";
import { ErrorState } from "../components/ErrorState";
import type { Credentials } from "./credentials";
import { useSubmit } from "./useSubmit";

type Props = {
  /** Why there is no session any more. */
  reason?: string;
  signIn: (credentials: Credentials) => Promise<void>;
};

/** Asks for an API key. */
export function SignIn({ reason, signIn }: Props) {
  const [key, setKey] = useState("");
  const [principal, setPrincipal] = useState("");
  const { busy, error, submit } = useSubmit(() =>
    signIn({ key: key.trim(), ...(principal.trim() && { principal: principal.trim() }) }),
  );

  return (
    <main className="gate">
      <form className="gate-card" onSubmit={submit}>
        <h1 className="brand">
          <img src="/static/icon.svg" alt="" />
          AsyncGate
        </h1>
        {reason && (
          <p className="notice" role="status">
            {reason}
          </p>
        )}
        <label className="field">
          <span>API key</span>
          <input
            type="password"
            name="key"
            autoComplete="off"
            required
            // biome-ignore lint/a11y/noAutofocus: the page has nothing else
            autoFocus
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          <small>
            Kept in this tab until it is closed. <code>asyncgate keys create</code> makes one.
          </small>
        </label>
        <label className="field">
          <span>Act as</span>
          <input
            name="principal"
            placeholder="the key's own principal"
            autoComplete="off"
            spellCheck={false}
            value={principal}
            onChange={(event) => setPrincipal(event.target.value)}
          />
          <small>
            Only keys with the scope ADMIN act as others, for example <code>agent:planner</code>.
          </small>
        </label>
        {error && <ErrorState error={error} compact />}
        <button type="submit" className="button primary" disabled={busy || key.trim() === ""}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}
