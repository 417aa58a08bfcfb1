import { type ReactNode, useMemo, useState } from "react";
import { useSession } from "../session/context";
import { AcknowledgeDialog } from "./AcknowledgeDialog";
import type { Action } from "./action";
import { isAllowed } from "./allowed";
import { CancelDialog } from "./CancelDialog";
import { CreateDialog } from "./CreateDialog";
import { type Actions, ActionsContext } from "./context";
import { RetryDialog } from "./RetryDialog";

/** Offers the actions to all pages, and shows the dialog of the one that was chosen. */
export function ActionsProvider({ children }: { children: ReactNode }) {
  const { viewer } = useSession();
  const [action, setAction] = useState<Action | null>(null);
  const actions = useMemo<Actions>(() => ({ allows: (each) => isAllowed(viewer, each), open: setAction }), [viewer]);
  return (
    <ActionsContext value={actions}>
      {children}
      {action && <ActionDialog action={action} onClose={() => setAction(null)} />}
    </ActionsContext>
  );
}

function ActionDialog({ action, onClose }: { action: Action; onClose: () => void }) {
  switch (action.name) {
    case "create":
      return (
        <CreateDialog {...(action.parentReceiptIds && { parentReceiptIds: action.parentReceiptIds })} onClose={onClose} />
      );
    case "cancel":
      return <CancelDialog task={action.task} onClose={onClose} />;
    case "retry":
      return <RetryDialog task={action.task} onClose={onClose} />;
    case "acknowledge":
      return <AcknowledgeDialog receipt={action.receipt} onClose={onClose} />;
  }
}
