import { type ReactNode, useMemo, useState } from "react";
import { Dialog } from "../components/Dialog";
import { useSession } from "../session/context";
import type { Action } from "./action";
import { isAllowed } from "./allowed";
import { type Actions, ActionsContext } from "./context";

/** Offers the actions to all pages, and shows the dialog of the one that was chosen. */
export function ActionsProvider({ children }: { children: ReactNode }) {
  const { viewer } = useSession();
  const [action, setAction] = useState<Action | null>(null);
  const actions = useMemo<Actions>(() => ({ allows: (each) => isAllowed(viewer, each), open: setAction }), [viewer]);
  return (
    <ActionsContext value={actions}>
      {children}
      {action && (
        <Dialog title={action.name} onClose={() => setAction(null)}>
          Not built yet
        </Dialog>
      )}
    </ActionsContext>
  );
}
