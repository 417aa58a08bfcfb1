import { CircleCheck, Info } from "lucide-react";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { Dialog } from "../components/Dialog";
import { toTask } from "../paths";

type Props = {
  title: string;
  /** Whether something was written; else an earlier call had done it. */
  wrote: boolean;
  children: ReactNode;
  /** Where to look next. */
  taskId?: string;
  onClose: () => void;
};

/** An action after it was done. */
export function ActionDone({ title, wrote, children, taskId, onClose }: Props) {
  const navigate = useNavigate();
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="done" role="status">
        {wrote ? <CircleCheck className="good" aria-hidden /> : <Info className="muted" aria-hidden />}
        <div>{children}</div>
      </div>
      <footer className="dialog-footer">
        {taskId !== undefined && (
          <button
            type="button"
            className="button"
            onClick={() => {
              onClose();
              void navigate(toTask(taskId));
            }}
          >
            Open the task
          </button>
        )}
        <button type="button" className="button primary" data-autofocus onClick={onClose}>
          Done
        </button>
      </footer>
    </Dialog>
  );
}
