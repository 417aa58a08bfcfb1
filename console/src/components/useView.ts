import { useSyncExternalStore } from "react";
import { useSearchParams } from "react-router";

const wide = matchMedia("(min-width: 721px)");

/** Whether there is the room of a screen, or that of a phone. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => wide.matches);
}

/** How a page shows what it is about: as its address says, else the first of the views that it has. */
export function useView<View extends string>(views: readonly [View, ...View[]]) {
  const [parameters, setParameters] = useSearchParams();
  const view = views.find((each) => each === parameters.get("view")) ?? views[0];
  const setView = (next: View) =>
    setParameters(
      (old) => {
        const changed = new URLSearchParams(old);
        changed.set("view", next);
        return changed;
      },
      { replace: true },
    );
  return { view, setView, next: () => setView(views[(views.indexOf(view) + 1) % views.length] ?? view) };
}

function subscribe(listener: () => void): () => void {
  wide.addEventListener("change", listener);
  return () => wide.removeEventListener("change", listener);
}
