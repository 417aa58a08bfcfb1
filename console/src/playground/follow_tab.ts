import type { TabsState } from "@graphiql/react";
import { isCast } from "./cast";
import { currentIdentity, setIdentity } from "./identity";
import { exampleOf } from "./tabs";

let active: string | undefined;

/** Names the open tab in the address, and lets the example's principal ask, unless somebody else was named. */
export function followTab({ tabs, activeTabIndex }: TabsState) {
  const tab = tabs[activeTabIndex];
  if (tab === undefined || tab.id === active) return;
  active = tab.id;
  history.replaceState(null, "", `#${tab.title}`);
  const { principal, key } = currentIdentity();
  const wanted = exampleOf(tab.operationName)?.principal;
  if (wanted && !key && isCast(principal)) setIdentity({ principal: wanted });
}
