import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { KEYS } from "../../keyboard/keys";
import { listenForShortcuts } from "../../keyboard/shortcuts";
import { toObligations } from "../../paths";

/** The keys of the page: t shows the next view, Escape leads back to where one came from. */
export function useKeys(nextView: () => void) {
  const navigate = useNavigate();
  const next = useRef(nextView);
  next.current = nextView;
  useEffect(() => {
    // The first entry of the history was opened by its address: there is nothing of the console before it.
    const back = () => void (history.state?.idx > 0 ? navigate(-1) : navigate(toObligations()));
    return listenForShortcuts(() => [
      { ...KEYS.nextView, run: () => next.current() },
      { ...KEYS.back, run: back },
    ]);
  }, [navigate]);
}
