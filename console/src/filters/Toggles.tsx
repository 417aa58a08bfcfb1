import type { ReactNode } from "react";
import "./filters.css";

type Props<Name extends string> = {
  label: string;
  choices: readonly Name[];
  chosen: readonly Name[];
  onChange: (chosen: Name[]) => void;
  textOf: (choice: Name) => ReactNode;
};

/** Several of a few: each is a button that is pressed or not. None pressed means all. */
export function Toggles<Name extends string>({ label, choices, chosen, onChange, textOf }: Props<Name>) {
  return (
    <fieldset className="toggles">
      <legend className="offscreen">{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice}
          type="button"
          className="toggle"
          aria-pressed={chosen.includes(choice)}
          onClick={() => onChange(choices.filter((each) => (each === choice) !== chosen.includes(each)))}
        >
          {textOf(choice)}
        </button>
      ))}
    </fieldset>
  );
}
