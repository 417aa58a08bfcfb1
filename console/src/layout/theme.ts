import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const PLACE = "asyncgate.theme";
const ORDER: readonly Theme[] = ["system", "light", "dark"];
const listeners = new Set<() => void>();

/** Shows the page in the theme that was chosen last; the system's when none was. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = chosenTheme();
}

/** Returns the theme, and what goes on to the next one. */
export function useTheme(): [Theme, () => void] {
  const theme = useSyncExternalStore(subscribe, chosenTheme);
  return [theme, () => choose(ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? "system")];
}

function chosenTheme(): Theme {
  return ORDER.find((theme) => theme === localStorage.getItem(PLACE)) ?? "system";
}

function choose(theme: Theme): void {
  localStorage.setItem(PLACE, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
