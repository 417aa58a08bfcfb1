type Props = { label: string; about: string; value: string; onChange: (value: string) => void };

/** A few words that the ledger keeps. */
export function ReasonField({ label, about, value, onChange }: Props) {
  return (
    <label className="field">
      <span>{label}</span>
      <textarea rows={2} value={value} data-autofocus onChange={(event) => onChange(event.target.value)} />
      <small>{about}</small>
    </label>
  );
}
