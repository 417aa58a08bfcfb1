import type { ReactNode } from "react";

type Props = {
  title: string;
  /** What would appear here, and how. */
  children?: ReactNode;
  actions?: ReactNode;
};

/** Says what would be here. */
export function EmptyState({ title, children, actions }: Props) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children && <div className="state-text">{children}</div>}
      {actions && <div className="state-actions">{actions}</div>}
    </div>
  );
}
