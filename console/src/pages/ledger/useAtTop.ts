import { useEffect, useRef, useState } from "react";

/** Tells whether the element that gets the ref is in view: whether the reader is where new things appear. */
export function useAtTop() {
  const mark = useRef<HTMLDivElement>(null);
  const [atTop, setAtTop] = useState(true);
  useEffect(() => {
    if (mark.current === null) return;
    const observer = new IntersectionObserver((entries) => setAtTop(entries.at(-1)?.isIntersecting ?? true));
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, []);
  return { mark, atTop };
}
