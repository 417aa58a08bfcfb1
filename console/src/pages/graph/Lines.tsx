import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";
import type { Growth } from "./graph";
import type { Places } from "./layout/arrange";
import { headOf, lineOf } from "./layout/lines";

type Props = {
  growths: readonly Growth[];
  places: Places;
  /** Whether a task is among what is looked for. */
  sought: (id: string) => boolean;
  /** The tasks of one line, which stand out. */
  line: ReadonlySet<string>;
};

type Style = "faint" | "usual" | "again" | "strong";

// The later ones are drawn above the earlier ones.
const STYLES: readonly Style[] = ["faint", "usual", "again", "strong"];

type Bundle = { key: string; style: Style; lines: string; heads: string };

/**
 * The lines from task to task, in one picture. Those of a style that leave one task are one path: few elements, and of those
 * outside of the view the browser draws nothing.
 */
export const Lines = memo(function Lines({ growths, places, sought, line }: Props) {
  const drawn = useMemo(
    () =>
      growths.flatMap((growth) => {
        const [from, to] = [places.get(growth.from), places.get(growth.to)];
        return from && to ? [{ growth, path: lineOf(from, to), head: headOf(to) }] : [];
      }),
    [growths, places],
  );
  const bundles = new Map<string, Bundle>();
  for (const { growth, path, head } of drawn) {
    const style = styleOf(growth, sought, line);
    const key = `${style} ${growth.from}`;
    const bundle = bundles.get(key) ?? { key, style, lines: "", heads: "" };
    bundles.set(key, { ...bundle, lines: bundle.lines + path, heads: bundle.heads + head });
  }
  return (
    <ViewportPortal>
      <svg className="lines" aria-hidden="true">
        {STYLES.map((style) => (
          <g key={style} className={style}>
            {[...bundles.values()].map(
              (bundle) =>
                bundle.style === style && (
                  <g key={bundle.key}>
                    <path d={bundle.lines} className="line" />
                    <path d={bundle.heads} className="head" />
                  </g>
                ),
            )}
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
});

function styleOf({ from, to, again }: Growth, sought: Props["sought"], line: Props["line"]): Style {
  if (line.has(from) && line.has(to)) return "strong";
  if (!sought(from) || !sought(to)) return "faint";
  return again ? "again" : "usual";
}
