import { Inbox, ListOrdered, type LucideIcon, ScrollText, Waypoints } from "lucide-react";
import { NavLink } from "react-router";
import { toGraph, toLedger, toObligations, toQueue } from "../paths";

/** The pages that the navigation leads to, with the key that follows g. */
export const PLACES: readonly { to: string; text: string; icon: LucideIcon; key: string }[] = [
  { to: toObligations(), text: "Obligations", icon: Inbox, key: "o" },
  { to: toQueue(), text: "Queue", icon: ListOrdered, key: "q" },
  { to: toLedger(), text: "Ledger", icon: ScrollText, key: "l" },
  { to: toGraph(), text: "Graph", icon: Waypoints, key: "g" },
];

/** Leads to the pages: a column at the side, on narrow screens a bar at the bottom. */
export function Navigation() {
  return (
    <nav className="navigation" aria-label="Pages">
      {PLACES.map(({ to, text, icon: Icon, key }) => (
        <NavLink key={to} to={to} title={`${text} (g ${key})`}>
          <Icon aria-hidden />
          <span>{text}</span>
        </NavLink>
      ))}
    </nav>
  );
}
