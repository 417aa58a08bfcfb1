import type { LucideIcon } from "lucide-react";

/** A way to show something. */
export type ViewChoice<View extends string> = { view: View; text: string; icon?: LucideIcon };

type Props<View extends string> = {
  /** What is shown in one way or another. */
  label: string;
  choices: readonly ViewChoice<View>[];
  view: View;
  onChange: (view: View) => void;
  /** The key that goes on to the next view. */
  shortcut?: string;
};

/** Chooses how something is shown. */
export function ViewSwitch<View extends string>({ label, choices, view, onChange, shortcut }: Props<View>) {
  return (
    <fieldset className="views" aria-label={label} title={shortcut && `Key: ${shortcut}`}>
      {choices.map(({ view: each, text, icon: Icon }) => (
        <button key={each} type="button" aria-pressed={each === view} onClick={() => onChange(each)}>
          {Icon && <Icon aria-hidden />}
          {text}
        </button>
      ))}
    </fieldset>
  );
}
