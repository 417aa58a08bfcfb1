import { createContext, useContext } from "react";
import type { Action } from "./action";

export type Actions = {
  /** Tells whether the viewer's scopes, and the task's or receipt's state and owner, allow it: else it is not offered. */
  allows: (action: Action) => boolean;
  /** Opens the action's dialog. */
  open: (action: Action) => void;
};

export const ActionsContext = createContext<Actions | null>(null);

/** What can be done from any page. */
export function useActions(): Actions {
  const actions = useContext(ActionsContext);
  if (actions === null) throw new Error("there are no actions here");
  return actions;
}
