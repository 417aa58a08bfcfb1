import type { ReactNode } from "react";

type Props = {
  title: string;
  /** Beside the title. */
  note?: ReactNode;
  children: ReactNode;
};

/** A part of the page with a name. */
export function Section({ title, note, children }: Props) {
  return (
    <section className="panel task-section" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {note}
      </header>
      {children}
    </section>
  );
}
