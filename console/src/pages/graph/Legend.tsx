import type { Owner } from "./owners";

const KEYS = ["←", "→", "↑", "↓", "↵", "+", "−", "0", "f"];

type Props = {
  owners: readonly Owner[];
  /** The name of the only one that is looked for. */
  owner: string | null;
  onOwner: (name: string | null) => void;
};

/** What the signs mean; an owner in it can be looked for. */
export function Legend({ owners, owner, onOwner }: Props) {
  const coloured = owners.filter(({ lane }) => lane !== null);
  return (
    <details className="legend" open>
      <summary>Legend</summary>
      <ul className="legend-signs">
        <li>
          <span className="legend-card open" aria-hidden="true" /> still owed
        </li>
        <li>
          <span className="legend-card closed" aria-hidden="true" /> closed
        </li>
        <li>
          <svg className="legend-line usual" viewBox="0 0 26 8" aria-hidden="true">
            <path d="M0 4H20" className="line" />
            <path d="M26 4l-7-3.5v7z" className="head" />
          </svg>
          grew into
        </li>
        <li>
          <svg className="legend-line again" viewBox="0 0 26 8" aria-hidden="true">
            <path d="M0 4H20" className="line" />
            <path d="M26 4l-7-3.5v7z" className="head" />
          </svg>
          tried again by
        </li>
      </ul>
      <ul className="legend-owners" aria-label="Owners">
        {coloured.map(({ name, lane, tasks }) => (
          <li key={name}>
            <button
              type="button"
              className="button quiet"
              aria-pressed={owner === name}
              title={`Only what is owed to ${name}`}
              onClick={() => onOwner(owner === name ? null : name)}
            >
              <i className={`lane lane-${lane}`} />
              <span className="legend-name">{name}</span>
              <small>{tasks}</small>
            </button>
          </li>
        ))}
        {owners.length > coloured.length && (
          <li className="legend-others">
            <i className="lane lane-none" /> {owners.length - coloured.length} others
          </li>
        )}
      </ul>
      <p
        className="legend-keys"
        title="The arrows go from task to task, Enter opens; + - 0 f: nearer, farther, actual size, all"
      >
        {KEYS.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </p>
    </details>
  );
}
