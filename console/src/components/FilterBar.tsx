import type { ReactNode } from "react";

/** The line of filters above a list. The first field in it is where the key / leads. */
export function FilterBar({ children }: { children: ReactNode }) {
  return (
    <search className="filter-bar" data-filter>
      {children}
    </search>
  );
}
