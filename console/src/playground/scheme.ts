import { useSyncExternalStore } from "react";
import { useTheme } from "../layout/theme";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The colours that are shown: those that were chosen, else the system's. */
export function useScheme(): "light" | "dark" {
  const [theme] = useTheme();
  const systemIsDark = useSyncExternalStore(subscribe, () => dark.matches);
  if (theme !== "system") return theme;
  return systemIsDark ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  dark.addEventListener("change", listener);
  return () => dark.removeEventListener("change", listener);
}
