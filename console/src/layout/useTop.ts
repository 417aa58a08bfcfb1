import { useLayoutEffect } from "react";
import { useLocation, useNavigationType } from "react-router";

/** Begins another page at its top. Where one goes back to, the browser itself returns to what was in view. */
export function useTop(): void {
  const { pathname } = useLocation();
  const goesOn = useNavigationType() === "PUSH";
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it is another page
  useLayoutEffect(() => {
    if (goesOn) window.scrollTo({ top: 0 });
  }, [pathname]);
}
