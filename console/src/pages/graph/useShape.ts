import { useSearchParams } from "react-router";

export type Shape = "graph" | "list";

/** How the tasks are shown, by the address; else as a list where there is little room. */
export function useShape(): { current: Shape; choose: (shape: Shape) => void } {
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get("view");
  const usual = matchMedia("(max-width: 720px)").matches ? "list" : "graph";
  return {
    current: asked === "list" || asked === "graph" ? asked : usual,
    choose: (shape) =>
      setParameters(
        (old) => {
          const changed = new URLSearchParams(old);
          changed.set("view", shape);
          return changed;
        },
        { replace: true },
      ),
  };
}
