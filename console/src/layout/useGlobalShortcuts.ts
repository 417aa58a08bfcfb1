import { useEffect, useMemo } from "react";
import { useNavigate } from "react-router";
import { listenForRows } from "../keyboard/rows";
import { listenForShortcuts, type Shortcut } from "../keyboard/shortcuts";
import { PLACES } from "./Navigation";

/** Listens for the keys that work on every page, and returns them for the help. */
export function useGlobalShortcuts(showHelp: () => void): readonly Shortcut[] {
  const navigate = useNavigate();
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      ...PLACES.map(({ key, text, to }) => ({ keys: `g ${key}`, does: `Go to ${text}`, run: () => void navigate(to) })),
      { keys: "/", does: "Filter", run: focusFilter },
      { keys: "?", does: "Show the keys", run: showHelp },
    ],
    [navigate, showHelp],
  );
  useEffect(() => listenForShortcuts(() => shortcuts), [shortcuts]);
  useEffect(listenForRows, []);
  return shortcuts;
}

function focusFilter() {
  document.querySelector<HTMLElement>("[data-filter] :is(input, select, button)")?.focus();
}
