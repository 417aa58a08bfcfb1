import { X } from "lucide-react";
import { type ReactNode, type SyntheticEvent, useId, useLayoutEffect, useRef } from "react";

type Props = {
  title: string;
  onClose: () => void;
  children: ReactNode;
};

/**
 * A modal window, the browser's own: Escape closes it, as a click beside it does. The focus begins at what has the attribute
 * data-autofocus, stays inside, and goes back afterwards.
 */
export function Dialog({ title, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const pressedBeside = useRef(false);
  // A layout effect: only a dialog that is closed before it is taken away gives back the focus.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => element?.close();
  }, []);
  const isBeside = (event: SyntheticEvent) => event.target === dialog.current;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the keyboard's way
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      // React's strict mode closes it and opens it again before it tells.
      onClose={() => dialog.current?.open || onClose()}
      // Who marks text inside and lets go beside it has not clicked there.
      onPointerDown={(event) => {
        pressedBeside.current = isBeside(event);
      }}
      onClick={(event) => pressedBeside.current && isBeside(event) && onClose()}
    >
      <div className="dialog-body">
        <header className="dialog-header">
          <h2 id={heading}>{title}</h2>
          <button type="button" className="button quiet icon" aria-label="Close" onClick={onClose}>
            <X aria-hidden />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
