import { type FormEvent, type ReactNode, useId, useState } from "react";
import "./filters.css";

type Props = {
  label: string;
  /** What the address says. */
  value: string;
  onChange: (value: string) => void;
  name: string;
  /** What may be chosen; anything else may be written. */
  suggestions?: readonly string[];
  placeholder?: string;
  pattern?: string;
  title?: string;
  type?: "text" | "datetime-local";
};

/** A field of a filter. What is written counts with Enter, or when the field is left; a suggestion at once. */
export function FilterField({ label, value, onChange, name, suggestions, type = "text", ...rest }: Props): ReactNode {
  const [draft, setDraft] = useState({ value, text: value });
  if (draft.value !== value) setDraft({ value, text: value });
  const list = useId();

  const take = (text: string) => {
    if (text.trim() !== value) onChange(text.trim());
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    take(draft.text);
  };
  return (
    <form className="filter-field" onSubmit={submit}>
      <label>
        <span>{label}</span>
        <input
          {...rest}
          type={type}
          name={name}
          list={suggestions && list}
          value={draft.text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            const { value: text } = event.target;
            setDraft({ value, text });
            if (text === "" || suggestions?.includes(text)) take(text);
          }}
          onBlur={(event) => event.target.validity.valid && take(draft.text)}
        />
      </label>
      {suggestions && (
        <datalist id={list}>
          {suggestions.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </form>
  );
}
