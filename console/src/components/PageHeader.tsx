import { type ReactNode, useEffect } from "react";

type Props = {
  title: string;
  /** Beside the title: a count, a badge. */
  note?: ReactNode;
  /** What can be done here; stands at the right. */
  actions?: ReactNode;
};

/** The head of a page; the tab is called by the same name. */
export function PageHeader({ title, note, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · AsyncGate`;
  }, [title]);
  return (
    <header className="page-header">
      <h1>{title}</h1>
      {note && <div className="page-note">{note}</div>}
      {actions && <div className="page-actions">{actions}</div>}
    </header>
  );
}
