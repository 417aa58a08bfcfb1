import { useEffect, useEffectEvent, useMemo } from "react";
import { useNavigate } from "react-router";
import { KEYS, type Key } from "../keyboard/keys";
import { listenForRows } from "../keyboard/rows";
import { listenForShortcuts, type Shortcut } from "../keyboard/shortcuts";
import { PLACES } from "./Navigation";

/** Listens for the keys that work on every page, and returns them for the help. */
export function useGlobalShortcuts(showHelp: () => void): readonly Key[] {
  const navigate = useNavigate();
  const shortcuts = useMemo<(Key & Shortcut)[]>(
    () => [
      ...PLACES.map(({ key, text, to }) => ({ keys: `g ${key}`, does: `Go to ${text}`, run: () => void navigate(to) })),
      { ...KEYS.filter, run: focusFilter },
      { ...KEYS.help, run: showHelp },
    ],
    [navigate, showHelp],
  );
  // Listened to once: what comes between the two keys of a pair must not make the first one forgotten.
  const current = useEffectEvent(() => shortcuts);
  useEffect(() => listenForShortcuts(current), []);
  useEffect(listenForRows, []);
  return shortcuts;
}

function focusFilter() {
  document.querySelector<HTMLElement>("[data-filter] :is(input, select, button)")?.focus();
}
