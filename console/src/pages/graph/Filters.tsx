import { FilterBar } from "../../components/FilterBar";
import { StatusIcon, statusText, TASK_STATUSES } from "../../components/StatusBadge";
import type { TaskStatus } from "../../generated/graphql";
import type { Filter } from "./filter";
import type { Owner } from "./owners";

type Props = {
  filter: Filter;
  owners: readonly Owner[];
  counts: ReadonlyMap<TaskStatus, number>;
  onFilter: (filter: Filter) => void;
};

/** Looks for tasks by owner and status. */
export function Filters({ filter, owners, counts, onFilter }: Props) {
  const toggle = (status: TaskStatus) => {
    const statuses = new Set(filter.statuses);
    if (!statuses.delete(status)) statuses.add(status);
    onFilter({ ...filter, statuses });
  };
  // What an address asks for can be chosen even when nothing is owed to it here.
  const names = owners.map(({ name }) => name);
  const missing = filter.owner !== null && !names.includes(filter.owner);
  return (
    <FilterBar>
      <label>
        Owed to
        <select value={filter.owner ?? ""} onChange={(event) => onFilter({ ...filter, owner: event.target.value || null })}>
          <option value="">anyone</option>
          {missing && <option>{filter.owner}</option>}
          {owners.map(({ name, tasks }) => (
            <option key={name} value={name}>
              {name} ({tasks})
            </option>
          ))}
        </select>
      </label>
      <fieldset className="statuses">
        <legend className="offscreen">Status</legend>
        {TASK_STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            className="button"
            aria-pressed={filter.statuses.has(status)}
            onClick={() => toggle(status)}
          >
            <StatusIcon status={status} />
            {statusText(status)}
            <small>{counts.get(status) ?? 0}</small>
          </button>
        ))}
      </fieldset>
      {(filter.owner !== null || filter.statuses.size > 0) && (
        <button type="button" className="button quiet" onClick={() => onFilter({ owner: null, statuses: new Set() })}>
          All
        </button>
      )}
    </FilterBar>
  );
}
