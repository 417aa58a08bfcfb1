import type { ReactNode } from "react";
import type { ApiError } from "../api/error";
import { Dialog } from "../components/Dialog";
import { ErrorState } from "../components/ErrorState";

type Props = {
  title: string;
  /** What will happen. */
  does: ReactNode;
  /** What happens when it is sent once more. */
  repeat: ReactNode;
  submit: string;
  danger?: boolean;
  busy: boolean;
  error: ApiError | null;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
};

/** An action before it is done: what it does, what a repeat does, its fields; and when it was refused, why. */
export function ActionForm({
  title,
  does,
  repeat,
  submit,
  danger = false,
  busy,
  error,
  onSubmit,
  onClose,
  children,
}: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <p>{does}</p>
        {children}
        <p className="repeat">
          <strong>Sent twice:</strong> {repeat}
        </p>
        <footer className="dialog-footer">
          {error && <ErrorState error={error} compact />}
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" className={danger ? "button danger" : "button primary"} disabled={busy}>
            {busy ? "Sending…" : submit}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
