import { Maximize, Minus, Plus, Sparkles } from "lucide-react";
import { useEffect, useMemo } from "react";
import { KEYS } from "../../keyboard/keys";
import { listenForShortcuts, type Shortcut } from "../../keyboard/shortcuts";
import type { View } from "./useView";

/** Moves the view by buttons and by keys. */
export function Controls({ view, onTidy }: { view: View; onTidy?: () => void }) {
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      { ...KEYS.zoomIn, run: view.zoomIn },
      // The same key of many keyboards, without Shift.
      { keys: "=", run: view.zoomIn },
      { ...KEYS.zoomOut, run: view.zoomOut },
      { ...KEYS.actualSize, run: view.actual },
      { ...KEYS.showAll, run: view.fit },
    ],
    [view],
  );
  useEffect(() => listenForShortcuts(() => shortcuts), [shortcuts]);
  return (
    <div className="controls">
      {onTidy && (
        <button type="button" className="button" title="New tasks were put beside: lay out the graph again" onClick={onTidy}>
          <Sparkles aria-hidden />
          Tidy up
        </button>
      )}
      <div className="controls-group">
        <button type="button" className="button icon" title="Zoom in (+)" aria-label="Zoom in" onClick={view.zoomIn}>
          <Plus aria-hidden />
        </button>
        <button type="button" className="button icon" title="Zoom out (-)" aria-label="Zoom out" onClick={view.zoomOut}>
          <Minus aria-hidden />
        </button>
        <button type="button" className="button icon" title="Actual size (0)" onClick={view.actual}>
          1:1
        </button>
        <button type="button" className="button icon" title="Show all (f)" aria-label="Show all" onClick={view.fit}>
          <Maximize aria-hidden />
        </button>
      </div>
    </div>
  );
}
