import { useState } from "react";
import { Dialog } from "../components/Dialog";
import { ErrorState } from "../components/ErrorState";
import { writePrincipal } from "../components/principal";
import { ShortId } from "../components/ShortId";
import { useSession } from "../session/context";
import { useSubmit } from "../session/useSubmit";

/** Shows who is signed in and with which scopes; in development mode, and with an ADMIN key, one may act as another. */
export function SessionDialog({ onClose }: { onClose: () => void }) {
  const { viewer, service, development, credentials, allows, signIn, signOut } = useSession();
  const [principal, setPrincipal] = useState(writePrincipal(viewer.principal));
  const [tenant, setTenant] = useState(viewer.tenantId);
  const { busy, error, submit } = useSubmit(async () => {
    await signIn({ ...credentials, principal: principal.trim(), ...(development && { tenant: tenant.trim() }) });
    onClose();
  });

  return (
    <Dialog title="Session" onClose={onClose}>
      <dl className="facts">
        <dt>Tenant</dt>
        <dd>
          <ShortId id={viewer.tenantId} what="tenant id" />
        </dd>
        <dt>Scopes</dt>
        <dd>{viewer.scopes.join(", ")}</dd>
        <dt>Server</dt>
        <dd>
          {service.version}, {service.environment}
        </dd>
      </dl>
      {(development || allows("ADMIN")) && (
        <form onSubmit={submit} className="form">
          <label className="field">
            <span>Act as</span>
            <input value={principal} spellCheck={false} autoComplete="off" onChange={(e) => setPrincipal(e.target.value)} />
            <small>
              kind:id, for example <code>agent:planner</code> or <code>human:ada</code>
            </small>
          </label>
          {development && (
            <label className="field">
              <span>Tenant</span>
              <input
                className="mono"
                value={tenant}
                spellCheck={false}
                autoComplete="off"
                onChange={(e) => setTenant(e.target.value)}
              />
              <small>A UUID; each has a ledger of its own.</small>
            </label>
          )}
          <footer className="dialog-footer">
            {error && <ErrorState error={error} compact />}
            <button type="submit" className="button primary" disabled={busy}>
              Change
            </button>
          </footer>
        </form>
      )}
      {!development && (
        <footer className="dialog-footer">
          <button type="button" className="button" onClick={() => signOut()}>
            Sign out
          </button>
        </footer>
      )}
    </Dialog>
  );
}
