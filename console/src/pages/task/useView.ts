import { useSyncExternalStore } from "react";
import { useSearchParams } from "react-router";

export type View = "both" | "graph" | "timeline";

const wide = matchMedia("(min-width: 721px)");

/** How a life is shown. The address says it; else wide screens show both, and narrow ones the timeline. */
export function useView() {
  const [parameters, setParameters] = useSearchParams();
  const isWide = useSyncExternalStore(subscribe, () => wide.matches);
  const views: View[] = isWide ? ["both", "graph", "timeline"] : ["timeline", "graph"];
  const view = views.find((each) => each === parameters.get("view")) ?? (isWide ? "both" : "timeline");
  const setView = (next: View) => setParameters({ view: next }, { replace: true });
  return { view, views, setView, next: () => setView(views[(views.indexOf(view) + 1) % views.length] ?? view) };
}

function subscribe(listener: () => void): () => void {
  wide.addEventListener("change", listener);
  return () => wide.removeEventListener("change", listener);
}
