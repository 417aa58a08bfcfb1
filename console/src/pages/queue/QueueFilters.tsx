import { X } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { FilterBar } from "../../components/FilterBar";
import { statusText, TASK_STATUSES } from "../../components/StatusBadge";
import { FilterField } from "../../filters/FilterField";
import { fromLocalTime, toLocalTime } from "../../filters/local_time";
import { PrincipalField } from "../../filters/PrincipalField";
import { Toggles } from "../../filters/Toggles";
import { type QueueFilter, toQueue } from "../../paths";

type Props = {
  filter: QueueFilter;
  /** The types that there are. */
  types: readonly string[];
};

/** Which tasks are listed; the address keeps it. */
export function QueueFilters({ filter, types }: Props) {
  const navigate = useNavigate();
  const change = (next: QueueFilter) => void navigate(toQueue({ ...filter, ...next }), { replace: true });
  return (
    <FilterBar>
      <FilterField
        label="Type"
        name="type"
        value={filter.type ?? ""}
        suggestions={[...new Set(types)]}
        placeholder="any"
        onChange={(type) => change({ type })}
      />
      <PrincipalField
        label="Owner"
        name="createdBy"
        value={filter.createdBy}
        onChange={(createdBy) => change({ createdBy })}
      />
      <FilterField
        label="Key"
        name="key"
        value={filter.key ?? ""}
        placeholder="idempotency key"
        onChange={(key) => change({ key })}
      />
      <FilterField
        label="Created from"
        name="after"
        type="datetime-local"
        title="Created at or after"
        value={toLocalTime(filter.createdAfter)}
        onChange={(text) => change({ createdAfter: fromLocalTime(text) })}
      />
      <FilterField
        label="to"
        name="before"
        type="datetime-local"
        title="Created before"
        value={toLocalTime(filter.createdBefore)}
        onChange={(text) => change({ createdBefore: fromLocalTime(text) })}
      />
      <Toggles
        label="Status"
        choices={TASK_STATUSES}
        chosen={filter.statuses ?? []}
        onChange={(statuses) => change({ statuses })}
        textOf={statusText}
      />
      {toQueue(filter) !== toQueue() && (
        <Link className="button quiet" to={toQueue()}>
          <X aria-hidden />
          Clear
        </Link>
      )}
    </FilterBar>
  );
}
