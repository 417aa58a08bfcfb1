import type { useView, View } from "./useView";

const NAMES: Record<View, string> = { both: "Both", graph: "Graph", timeline: "Timeline" };

/** Chooses how a life is shown. */
export function ViewSwitch({ view, views, setView }: ReturnType<typeof useView>) {
  return (
    <fieldset className="views" aria-label="How the life is shown" title="Key: t">
      {views.map((each) => (
        <button key={each} type="button" aria-pressed={each === view} onClick={() => setView(each)}>
          {NAMES[each]}
        </button>
      ))}
    </fieldset>
  );
}
