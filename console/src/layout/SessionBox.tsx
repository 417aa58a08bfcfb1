import { useState } from "react";
import { PrincipalName } from "../components/PrincipalName";
import { useSession } from "../session/context";
import { SessionDialog } from "./SessionDialog";

/** Who is signed in; a click changes it. */
export function SessionBox() {
  const { viewer, service, development } = useSession();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="session-box" onClick={() => setOpen(true)} title={`Tenant ${viewer.tenantId}`}>
        <PrincipalName principal={viewer.principal} />
        <small>{development ? "development, no key needed" : service.environment}</small>
      </button>
      {open && <SessionDialog onClose={() => setOpen(false)} />}
    </>
  );
}
