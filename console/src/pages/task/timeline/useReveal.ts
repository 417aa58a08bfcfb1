import { useEffect, useRef, useState } from "react";

/** Unfolds and folds; what was chosen elsewhere unfolds and comes into sight. */
export function useReveal<E extends HTMLElement>(chosen: boolean) {
  const [open, setOpen] = useState(false);
  const element = useRef<E>(null);
  useEffect(() => {
    if (!chosen) return;
    setOpen(true);
    element.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return { element, open, toggle: () => setOpen(!open) };
}
