import { ChevronDown } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import "./filters.css";

type Props<Name extends string> = {
  label: string;
  choices: readonly Name[];
  chosen: readonly Name[];
  onChange: (chosen: Name[]) => void;
  textOf: (choice: Name) => string;
  showOf: (choice: Name) => ReactNode;
};

/** Several of many: a list to tick that folds out. Nothing ticked means all. */
export function ChoiceMenu<Name extends string>({ label, choices, chosen, onChange, textOf, showOf }: Props<Name>) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const open = menu.current;
      if (!open?.open) return;
      const key = event instanceof KeyboardEvent ? event.key : undefined;
      if (key === undefined ? open.contains(event.target as Node) : key !== "Escape") return;
      open.open = false;
      if (key) open.querySelector("summary")?.focus();
    };
    document.addEventListener("pointerdown", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("pointerdown", close);
      document.removeEventListener("keydown", close);
    };
  }, []);

  return (
    <details ref={menu} className="choice-menu">
      <summary className="button">
        {label}
        <span className="choice-summary">{summaryOf(chosen.map(textOf))}</span>
        <ChevronDown aria-hidden />
      </summary>
      <fieldset>
        <legend className="offscreen">{label}</legend>
        {choices.map((choice) => (
          <label key={choice}>
            <input
              type="checkbox"
              checked={chosen.includes(choice)}
              onChange={() => onChange(choices.filter((each) => (each === choice) !== chosen.includes(each)))}
            />
            {showOf(choice)}
          </label>
        ))}
        <button type="button" className="button quiet" disabled={chosen.length === 0} onClick={() => onChange([])}>
          All of them
        </button>
      </fieldset>
    </details>
  );
}

function summaryOf(chosen: readonly string[]): string {
  if (chosen.length === 0) return "all";
  return chosen.length <= 2 ? chosen.join(", ") : `${chosen.length} chosen`;
}
