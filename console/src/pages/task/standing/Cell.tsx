import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type Props = { title: string; icon: LucideIcon; tone?: string; lead: ReactNode; children: ReactNode };

/** One thing to know at a glance. */
export function Cell({ title, icon: Icon, tone = "", lead, children }: Props) {
  return (
    <div className={`standing-cell toned ${tone}`}>
      <h2>{title}</h2>
      <div className="standing-lead">
        <Icon aria-hidden />
        <div>{lead}</div>
      </div>
      <div className="standing-text">{children}</div>
    </div>
  );
}
