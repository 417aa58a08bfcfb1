// One observer for all: a list has hundreds of rows.
const waiting = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

/** Calls once an element is in view, or nearly. Returns the end of waiting. */
export function whenSeen(element: Element, seen: () => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) waiting.get(target)?.();
    },
    { rootMargin: "200px" },
  );
  const stop = () => {
    waiting.delete(element);
    observer?.unobserve(element);
  };
  waiting.set(element, () => {
    stop();
    seen();
  });
  observer.observe(element);
  return stop;
}
